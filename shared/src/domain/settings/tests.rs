//! What is declared is what is read, shown and explained.

use super::*;
use crate::domain::account::{TimelineSurface, UnfilledTokens};
use crate::domain::channel::ChannelSettings;
use crate::domain::ids::{LiffId, LoginChannelId};
use crate::domain::login::{ByEmail, FriendPrompt, LoginSettings, Route};
use crate::domain::push::OutgoingMessage;
use crate::domain::route::RouteName;

/// A messenger that takes everything.
fn messages(_: &str, text: &str) -> Result<Vec<OutgoingMessage>, SettingFault> {
    let content = crate::domain::activity::Content::Text { text: text.to_owned() };
    Ok(vec![OutgoingMessage { json: format!("{{\"text\":{text:?}}}"), said: content }])
}

fn change<T: Clone>(list: &Settings<T>, of: &mut T, changes: &[&str]) -> Result<(), SettingFault> {
    list.change(of, changes.iter().copied(), messages)
}

fn login() -> LoginSettings {
    LoginSettings::new(LoginChannelId::new("1657000002"))
}

/// Each is explained in both languages, and stored by itself: what was read of the one is what is shown of it.
fn are_whole<T: Clone + PartialEq + std::fmt::Debug>(list: &Settings<T>, changes: &[&str]) {
    let mut changed = (list.new)();
    let defaults = list.all.iter().filter_map(|setting| Some((setting.name, list.default_of(setting)?)));
    assert_eq!(defaults.collect::<Vec<_>>(), list.values(&changed));
    for text in changes {
        let (name, _) = text.split_once('=').expect("it is written so");
        let before = list.values(&changed);
        change(list, &mut changed, &[text]).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        let differ: Vec<&str> =
            list.values(&changed).into_iter().filter(|now| !before.contains(now)).map(|(name, _)| name).collect();
        assert!(
            differ.contains(&name)
                && differ.iter().all(|other| other.starts_with(name) || name.starts_with("account_link")),
            "{text}: {differ:?}"
        );
    }
    for setting in list.all {
        assert!(!setting.is_secret, "secrets are entered, tried and kept elsewhere");
        let has_line = !setting.forms.is_empty() || matches!(setting.shape, Shape::Away(_));
        assert!(has_line, "{}", setting.name);
        let words = setting.forms.iter().flat_map(|form| [form.written, form.means.japanese, form.means.english]);
        assert!(words.into_iter().all(|words| !words.is_empty()), "{}", setting.name);
    }
    let names: Vec<&str> = list.all.iter().map(|setting| setting.name).collect();
    assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), names.len(), "a name is there once");
}

#[test]
fn every_setting_is_stored_where_it_is_read_from() {
    let channel = [
        "create_contacts=off",
        "tasks=off",
        "fallback_owner=41",
        "note_owner=42",
        "notes=off",
        "recent_messages=off",
        "save_files=off",
        "idle_window=90s",
        "entry_limit=2h",
        "dummy_email_domain=Lineuser.com",
        "greeting=hello",
        "link_button=on",
        "login_button=on",
        "mark_as_read=off",
        "sender_name=サポート 佐藤",
        "sender_icon=https://shop.example/sato.png",
        "account_link.login_url=https://shop.example/login",
        "account_link.success_url=https://shop.example/",
        "account_link.welcome=hello",
        "keywords=exact: a, b\nhello",
        "opening_hours=mon-fri 10:00-18:00",
        "holidays=2026-12-31",
        "away_answer=hello",
        "away_pause=2h",
        "answer_groups=on",
        "webhook=https://hooks.example.com/line",
        "tell_team=on",
        "without_quota=hold",
        "send_hours=daily 08:00-21:00",
        "testers=501, 502",
    ];
    are_whole(&CHANNEL, &channel);
    assert_eq!(channel.len() + 1, CHANNEL.all.len(), "account_link itself is only taken away");
    let login = [
        "email=on",
        "by_email=ask",
        "friend_prompt=aggressive",
        "merge_duplicates=on",
        "allowed_origins=https://shop.example",
        "after_login=https://shop.example/thanks",
    ];
    are_whole(&LOGIN, &login);
    assert_eq!(login.len() + 1, LOGIN.all.len(), "liff is only taken away");
    let account =
        ["token_properties=shoe_size", "unfilled_tokens=send", "consent=shoe_size:42", "surface=app_events:ahp1_line"];
    are_whole(&ACCOUNT, &account);
    assert_eq!(account.len(), ACCOUNT.all.len());
}

#[test]
fn an_official_accounts_settings_are_read_and_bad_ones_change_nothing() {
    let mut settings = ChannelSettings::default();
    let good = [
        "tasks=off",
        "idle_window=90s",
        "entry_limit=2h",
        "fallback_owner=41",
        "note_owner=42",
        "dummy_email_domain=Lineuser.com",
    ];
    change(&CHANNEL, &mut settings, &good).unwrap();
    assert!(!settings.tasks);
    assert_eq!((settings.idle_window_ms, settings.entry_limit_ms), (90_000, 7_200_000));
    assert_eq!((settings.fallback_owner.as_deref(), settings.note_owner.as_deref()), (Some("41"), Some("42")));
    assert_eq!(settings.dummy_email_domain.as_deref(), Some("lineuser.com"));
    let before = settings.clone();
    for bad in [
        "tasks",
        "tasks=maybe",
        "idle_window=1s",
        "idle_window=99999999999999h",
        "idle_window=5分",
        "idle_window=3h",
        "name=x",
        "fallback_owner=taro",
        "dummy_email_domain=no domain",
    ] {
        assert!(change(&CHANNEL, &mut settings, &["recent_messages=off", bad]).is_err(), "{bad}");
        assert_eq!(settings, before, "{bad}");
    }
    change(&CHANNEL, &mut settings, &["fallback_owner=none"]).unwrap();
    assert_eq!(settings.fallback_owner, None);
}

#[test]
fn testers_are_contacts_each_once_and_no_more_than_ten() {
    let mut settings = ChannelSettings::default();
    let ids = |settings: &ChannelSettings| settings.testers.iter().map(|id| id.to_string()).collect::<Vec<_>>();
    change(&CHANNEL, &mut settings, &["testers= 502 ,501、502,"]).unwrap();
    assert_eq!(ids(&settings), ["502", "501"], "in the order in which they were written");
    let written = CHANNEL.find("testers").unwrap().value(&settings).unwrap().written();
    assert_eq!(written, "502,501");
    let many = |count: usize| (0..count).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    for bad in ["hanako@example.com", "501 502", "花子", &many(11), &"5".repeat(65)] {
        assert!(change(&CHANNEL, &mut settings, &[&format!("testers={bad}")]).is_err(), "{bad}");
    }
    assert_eq!(ids(&settings), ["502", "501"], "bad ones change nothing");
    change(&CHANNEL, &mut settings, &[&format!("testers={}", many(10))]).unwrap();
    change(&CHANNEL, &mut settings, &["testers=none"]).unwrap();
    assert!(settings.testers.is_empty());
}

#[test]
fn account_link_needs_a_login_page_first() {
    let mut settings = ChannelSettings::default();
    let says =
        |end: Result<(), SettingFault>| end.map_or_else(|fault| fault.words(Language::English), |()| String::new());
    for early in ["account_link.welcome=ようこそ", "account_link.success_url=nonsense", "account_link.nonsense=1"] {
        let says = says(change(&CHANNEL, &mut settings, &[early]));
        assert!(says.starts_with("Set account_link.login_url first"), "{early}: {says}");
    }
    for bad in ["", "http://shop.example/login", "shop.example", "https://a:b@shop.example/", "javascript:alert(1)"] {
        let says = says(change(&CHANNEL, &mut settings, &[&format!("account_link.login_url={bad}")]));
        assert!(says.starts_with("account_link.login_url is an address"), "{bad}: {says}");
    }
    let good = ["account_link.login_url=https://shop.example/login?x=1", "account_link.welcome=ようこそ"];
    change(&CHANNEL, &mut settings, &good).unwrap();
    for bad in ["account_link.nonsense=1", "account_link=on"] {
        assert!(says(change(&CHANNEL, &mut settings, &[bad])).starts_with("account_link takes"), "{bad}");
    }
    let long = format!("account_link.welcome={}", "ん".repeat(1_001));
    assert_eq!(says(change(&CHANNEL, &mut settings, &[&long])), "account_link.welcome has 1000 characters at most.");
    let stored = settings.account_link.clone().unwrap();
    assert_eq!(stored.login_url, "https://shop.example/login?x=1");
    change(&CHANNEL, &mut settings, &["account_link.login_url=https://shop.example/"]).unwrap();
    assert_eq!(settings.account_link.as_ref().unwrap().welcome.as_deref(), Some("ようこそ"), "the rest stays");
    change(&CHANNEL, &mut settings, &["account_link=off"]).unwrap();
    assert_eq!(settings.account_link, None);
}

#[test]
fn logins_settings_are_read() {
    let mut changed = LoginSettings { liff: Some(LiffId::new("1657000002-abcdefgh")), ..login() };
    let changes = [
        "email=オン",
        "by_email=Ask",
        "friend_prompt=aggressive",
        "merge_duplicates=on",
        "after_login=https://shop.example/thanks?from=line&x=y",
        "allowed_origins=https://shop.example, https://www.shop.example:8443",
    ];
    change(&LOGIN, &mut changed, &changes).unwrap();
    assert!(changed.ask_email && changed.merge_duplicates && changed.liff.is_some());
    assert_eq!((changed.by_email, changed.friend_prompt), (ByEmail::Ask, FriendPrompt::Aggressive));
    assert_eq!(changed.after_login.as_deref(), Some("https://shop.example/thanks?from=line&x=y"));
    assert_eq!(changed.allowed_origins, ["https://shop.example", "https://www.shop.example:8443"]);
    change(&LOGIN, &mut changed, &["after_login=none", "allowed_origins=none", "liff=none"]).unwrap();
    assert_eq!((changed.after_login, changed.allowed_origins.len(), changed.liff), (None, 0, None));
}

#[test]
fn what_is_no_setting_of_logins_changes_nothing() {
    let mut changed = login();
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
        assert!(change(&LOGIN, &mut changed, &["email=on", bad]).is_err(), "{bad}");
        assert_eq!(changed, login(), "{bad}");
    }
}

#[test]
fn an_origin_cannot_be_taken_off_the_list_while_a_page_needs_it() {
    let mut login = login();
    change(&LOGIN, &mut login, &["allowed_origins=https://shop.example"]).unwrap();
    let page = Some("https://shop.example/flyer".to_owned());
    login.routes.insert(RouteName::parse("flyer").unwrap(), Route { after_login: page });
    let refused = change(&LOGIN, &mut login, &["allowed_origins=none"]).unwrap_err();
    assert!(refused.words(Language::English).starts_with("after_login (flyer):"));
    let line = ["allowed_origins=https://shop.example", "after_login=https://line.me/R/ti/p/@216abcde"];
    change(&LOGIN, &mut login, &line).unwrap();
}

#[test]
fn an_accounts_settings_are_read() {
    let mut account = (ACCOUNT.new)();
    let changes =
        ["token_properties=shoe_size, firstname,,rank", "unfilled_tokens=send", "surface=app_events:ahp1_line"];
    change(&ACCOUNT, &mut account, &changes).unwrap();
    assert_eq!(
        account.token_properties.iter().collect::<Vec<_>>(),
        ["rank", "shoe_size"],
        "the usual ones are left out"
    );
    assert_eq!(account.unfilled_tokens, UnfilledTokens::Send);
    assert_eq!(account.surface, TimelineSurface::AppEvents { event_type: "ahp1_line".to_owned() });
    let before = account.clone();
    for bad in ["token_properties=Shoe Size", "unfilled_tokens=maybe", "surface=app_events:", "surface=cards", "app=x"]
    {
        assert!(change(&ACCOUNT, &mut account, &[bad]).is_err(), "{bad}");
    }
    assert_eq!(account, before);
    change(&ACCOUNT, &mut account, &["surface=notes", "token_properties="]).unwrap();
    assert_eq!((account.surface, account.token_properties.len()), (TimelineSurface::Notes, 0));
}

#[test]
fn bounds_are_told_in_the_units_that_are_written() {
    let mut settings = ChannelSettings::default();
    let fault = change(&CHANNEL, &mut settings, &["idle_window=1s"]).unwrap_err();
    assert_eq!(fault.words(Language::English), "idle_window is a time from 10s to 24h, such as 15m, 900s or 1h.");
    assert_eq!(
        fault.words(Language::Japanese),
        "idle_window には 10s から 24h までの時間を指定してください（例：15m、900s、1h）。"
    );
}

/// Of each setting of a list: that it has a label, and that what is set is read again as it is written.
fn has_a_label_and_reads_again<T: Clone>(list: &Settings<T>, of: &T) {
    for setting in list.all {
        let label = setting.label.unwrap_or_else(|| panic!("{} has no label", setting.name));
        assert!(!label.japanese.is_empty() && !label.english.is_empty() && label.japanese != label.english);
        let Some(value) = setting.value(of) else { continue };
        let mut again = of.clone();
        let change = format!("{}={}", setting.name, value.written());
        list.change(&mut again, [&*change], |_, _| Ok(vec![])).unwrap_or_else(|_| panic!("{change}"));
        assert_eq!(setting.value(&again).map(|value| value.written()), Some(value.written()), "{}", setting.name);
    }
}

#[test]
fn every_setting_has_a_label_and_what_is_written_is_read_again() {
    let mut settings = ChannelSettings { idle_window_ms: 90_000, entry_limit_ms: 86_400_000, ..Default::default() };
    settings.fallback_owner = Some("41".to_owned());
    has_a_label_and_reads_again(&CHANNEL, &settings);
    has_a_label_and_reads_again(&CHANNEL, &ChannelSettings::default());
    has_a_label_and_reads_again(&LOGIN, &login());
    has_a_label_and_reads_again(&ACCOUNT, &(ACCOUNT.new)());
}
