//! Settings of LINE Login as they are written on the command line.

use musubi::domain::language::Language;
use musubi::domain::login::{BadPage, ByEmail, FriendPrompt, LoginSettings};

use crate::channel::settings::flag;
use crate::failure::Failure;

/// Changes settings, each written `KEY=VALUE`; either all or none.
///
/// # Errors
/// There is no such setting, it takes no such value, or an address would not be allowed any more.
pub fn apply(login: &mut LoginSettings, changes: &[String]) -> Result<(), Failure> {
    let mut changed = login.clone();
    for change in changes {
        one(&mut changed, change)?;
    }
    changed.check_pages().map_err(|bad| bad_page(&bad))?;
    *login = changed;
    Ok(())
}

fn one(login: &mut LoginSettings, text: &str) -> Result<(), Failure> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| Failure::usage("設定は KEY=VALUE の形式で指定してください。", "Write settings as KEY=VALUE."))?;
    let (key, value) = (key.trim(), value.trim());
    let is_none = matches!(value, "" | "none");
    match key {
        "email" => login.ask_email = flag(key, value)?,
        "merge_duplicates" => login.merge_duplicates = flag(key, value)?,
        "by_email" => {
            login.by_email = one_of(key, value, &[ByEmail::Match, ByEmail::AlwaysNew, ByEmail::Ask], by_email)?
        }
        "friend_prompt" => {
            let all = [FriendPrompt::Off, FriendPrompt::Normal, FriendPrompt::Aggressive];
            login.friend_prompt = one_of(key, value, &all, friend_prompt)?;
        }
        "after_login" => login.after_login = (!is_none).then(|| value.to_owned()),
        "allowed_origins" => {
            let entries = value.split(',').map(str::trim).filter(|entry| !entry.is_empty() && !is_none);
            login.allowed_origins = entries.map(str::to_owned).collect();
        }
        "liff" if is_none => login.liff = None,
        _ => {
            return Err(Failure::usage(
                "その設定はありません。musubi login set --help で一覧を確認してください。",
                "There is no such setting. See musubi login set --help.",
            ));
        }
    }
    Ok(())
}

/// A page that people cannot be sent to, in words.
pub fn bad_page(BadPage { which, fault }: &BadPage) -> Failure {
    Failure::usage(
        format!("{which}：{}", fault.words(Language::Japanese)),
        format!("{which}: {}", fault.words(Language::English)),
    )
}

fn one_of<T: Copy>(key: &str, value: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, Failure> {
    let found = all.iter().copied().find(|one| name(*one) == value.to_ascii_lowercase());
    let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
    found.ok_or_else(|| {
        Failure::usage(
            format!("{key} には {} のいずれかを指定してください。", names.join("、")),
            format!("{key} is one of {}.", names.join(", ")),
        )
    })
}

/// As it is written.
pub fn by_email(value: ByEmail) -> &'static str {
    match value {
        ByEmail::Match => "match",
        ByEmail::AlwaysNew => "always_new",
        ByEmail::Ask => "ask",
    }
}

/// As it is written.
pub fn friend_prompt(value: FriendPrompt) -> &'static str {
    match value {
        FriendPrompt::Off => "off",
        FriendPrompt::Normal => "normal",
        FriendPrompt::Aggressive => "aggressive",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use musubi::domain::ids::{LiffId, LoginChannelId};
    use musubi::domain::login::Route;
    use musubi::domain::route::RouteName;

    fn changed(login: &mut LoginSettings, changes: &[&str]) -> Result<(), Failure> {
        apply(login, &changes.iter().map(|&change| change.to_owned()).collect::<Vec<_>>())
    }

    fn login() -> LoginSettings {
        LoginSettings::new(LoginChannelId::new("1657000002"))
    }

    #[test]
    fn every_setting_is_read() {
        let mut login = LoginSettings { liff: Some(LiffId::new("1657000002-abcdefgh")), ..login() };
        let changes = [
            "email=オン",
            "by_email=Ask",
            "friend_prompt=aggressive",
            "merge_duplicates=on",
            "after_login=https://shop.example/thanks?from=line&x=y",
            "allowed_origins=https://shop.example, https://www.shop.example:8443",
        ];
        changed(&mut login, &changes).unwrap();
        assert!(login.ask_email && login.merge_duplicates && login.liff.is_some());
        assert_eq!((login.by_email, login.friend_prompt), (ByEmail::Ask, FriendPrompt::Aggressive));
        assert_eq!(login.after_login.as_deref(), Some("https://shop.example/thanks?from=line&x=y"));
        assert_eq!(login.allowed_origins, ["https://shop.example", "https://www.shop.example:8443"]);
        changed(&mut login, &["after_login=none", "allowed_origins=none", "liff=none"]).unwrap();
        assert_eq!((login.after_login, login.allowed_origins.len(), login.liff), (None, 0, None));
    }

    #[test]
    fn what_is_no_setting_changes_nothing() {
        let mut changed_login = login();
        for bad in [
            "email",
            "email=maybe",
            "by_email=never",
            "friend_prompt=on",
            "nonsense=1",
            "liff=1657000002-abcdefgh",
            "after_login=https://shop.example/",
            "after_login=javascript:alert(1)",
            "allowed_origins=https://shop.example/path",
        ] {
            assert!(matches!(changed(&mut changed_login, &["email=on", bad]), Err(Failure::Usage(_))), "{bad}");
            assert_eq!(changed_login, login(), "{bad}");
        }
    }

    #[test]
    fn an_origin_cannot_be_taken_off_the_list_while_a_page_needs_it() {
        let mut login = login();
        changed(&mut login, &["allowed_origins=https://shop.example"]).unwrap();
        let page = Some("https://shop.example/flyer".to_owned());
        login.routes.insert(RouteName::parse("flyer").unwrap(), Route { after_login: page });
        let refused = changed(&mut login, &["allowed_origins=none"]).unwrap_err();
        assert!(refused.words(Language::English).starts_with("after_login (flyer):"));
        let line = ["allowed_origins=https://shop.example", "after_login=https://line.me/R/ti/p/@216abcde"];
        changed(&mut login, &line).unwrap();
    }
}
