//! Settings as they are written on the command line and shown.

use musubi::domain::channel::{ChannelSettings, REPLY_MESSAGES};
use musubi::domain::language::Language;
use musubi::domain::push::OutgoingMessage;
use musubi::line::message;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::say::Say;
use crate::table::{on, span};

mod account_link;

/// A conversation may be idle, or last, from 10 seconds to a day.
const WINDOW_MS: std::ops::RangeInclusive<i64> = 10_000..=86_400_000;

/// Changes one setting, written `KEY=VALUE`.
///
/// # Errors
/// There is no such setting, or it takes no such value.
pub fn set(settings: &mut ChannelSettings, text: &str) -> Result<(), Failure> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| Failure::usage("設定は KEY=VALUE の形式で指定してください。", "Write settings as KEY=VALUE."))?;
    let value = value.trim();
    match key.trim() {
        "create_contacts" => settings.create_contacts = flag(key, value)?,
        "tasks" => settings.tasks = flag(key, value)?,
        "recent_messages" => settings.recent_messages = flag(key, value)?,
        "fallback_owner" => settings.fallback_owner = owner(value)?,
        "idle_window" => settings.idle_window_ms = window(key, value)?,
        "entry_limit" => settings.entry_limit_ms = window(key, value)?,
        "dummy_email_domain" => settings.dummy_email_domain = domain(value)?,
        "greeting" => settings.greeting = greeting(value)?,
        "link_button" => settings.link_button = flag(key, value)?,
        "login_button" => settings.login_button = flag(key, value)?,
        key if key == "account_link" || key.starts_with("account_link.") => account_link::set(settings, key, value)?,
        _ => {
            return Err(Failure::usage(
                "その設定はありません。musubi channel set --help で一覧を確認してください。",
                "There is no such setting. See musubi channel set --help.",
            ));
        }
    }
    if settings.greeting.len() == REPLY_MESSAGES && (settings.link_button || settings.login_button) {
        return Err(Failure::usage(
            "ボタンを付けるあいさつメッセージは4通までです（LINEの応答メッセージは一度に5通までで、ボタンに1通使います）。",
            "A greeting with a button has four messages at most: LINE takes five in a reply, and the button is one.",
        ));
    }
    Ok(())
}

/// `on` or `off`.
///
/// # Errors
/// It is neither.
pub fn flag(key: &str, value: &str) -> Result<bool, Failure> {
    match value.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" | "オン" => Ok(true),
        "off" | "false" | "no" | "0" | "オフ" => Ok(false),
        _ => Err(Failure::usage(
            format!("{key} には on または off を指定してください。"),
            format!("{key} is on or off."),
        )),
    }
}

/// `15m`, `900s`, `1h`, `1m30s`; a bare number is seconds.
fn window(key: &str, value: &str) -> Result<i64, Failure> {
    let value = value.replace("min", "m").replace("sec", "s");
    let parts = value.split_inclusive(|c: char| c.is_ascii_alphabetic()).filter(|part| !part.is_empty());
    let time_ms = parts.map(part_ms).try_fold(0_i64, |sum, part| sum.checked_add(part?));
    let time_ms = if value.is_empty() { None } else { time_ms };
    time_ms.filter(|time_ms| WINDOW_MS.contains(time_ms)).ok_or_else(|| {
        Failure::usage(
            format!("{key} には 10s から 24h までの時間を指定してください（例：15m、900s、1h）。"),
            format!("{key} is a time from 10s to 24h, such as 15m, 900s or 1h."),
        )
    })
}

fn part_ms(part: &str) -> Option<i64> {
    let digits = part.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit_ms = match &part[digits.len()..] {
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    digits.trim().parse::<i64>().ok()?.checked_mul(unit_ms)
}

fn owner(value: &str) -> Result<Option<String>, Failure> {
    match value {
        "" | "none" => Ok(None),
        id if id.len() <= 20 && id.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Some(id.to_owned())),
        _ => Err(Failure::usage(
            "fallback_owner にはHubSpotの所有者IDの数字、または none を指定してください（ユーザーIDとは異なります）。",
            "fallback_owner is HubSpot's owner ID, a number (not the user ID), or none.",
        )),
    }
}

fn domain(value: &str) -> Result<Option<String>, Failure> {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match value {
        "" | "none" => Ok(None),
        name if name.contains('.') && name.len() <= 200 && name.split('.').all(is_label) => {
            Ok(Some(name.to_ascii_lowercase()))
        }
        _ => Err(Failure::usage(
            "dummy_email_domain には lineuser.com のようなドメイン、または none を指定してください。",
            "dummy_email_domain is a domain such as lineuser.com, or none.",
        )),
    }
}

/// Text, one message object, or a list of them, held against LINE's limits before it is stored.
fn greeting(value: &str) -> Result<Vec<OutgoingMessage>, Failure> {
    if value == "none" {
        return Ok(Vec::new());
    }
    message::parse_list("greeting", value)
        .map_err(|invalid| Failure::usage(invalid.in_words(Language::Japanese), invalid.in_words(Language::English)))
}

/// For machines.
pub fn to_json(settings: &ChannelSettings) -> Value {
    json!({
        "create_contacts": settings.create_contacts, "tasks": settings.tasks,
        "fallback_owner": settings.fallback_owner, "recent_messages": settings.recent_messages,
        "idle_window_ms": settings.idle_window_ms, "entry_limit_ms": settings.entry_limit_ms,
        "dummy_email_domain": settings.dummy_email_domain, "greeting": greeting_json(settings),
        "link_button": settings.link_button, "login_button": settings.login_button,
        "account_link": settings.account_link,
    })
}

/// As it is sent.
fn greeting_json(settings: &ChannelSettings) -> Value {
    settings.greeting.iter().map(|message| serde_json::from_str::<Value>(&message.json).unwrap_or_default()).collect()
}

/// For people, by the names that `channel set` takes.
pub fn facts(settings: &ChannelSettings, say: &Say) -> Vec<(&'static str, String)> {
    let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    let on = |value| on(value, say.language);
    let mut facts = vec![
        ("create_contacts", on(settings.create_contacts)),
        ("tasks", on(settings.tasks)),
        ("fallback_owner", or_none(&settings.fallback_owner)),
        ("recent_messages", on(settings.recent_messages)),
        ("idle_window", span(settings.idle_window_ms)),
        ("entry_limit", span(settings.entry_limit_ms)),
        ("dummy_email_domain", or_none(&settings.dummy_email_domain)),
        (
            "greeting",
            if settings.greeting.is_empty() { "none".to_owned() } else { greeting_json(settings).to_string() },
        ),
        ("link_button", on(settings.link_button)),
        ("login_button", on(settings.login_button)),
    ];
    facts.extend(account_link::facts(settings));
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_bad_ones_change_nothing() {
        let mut settings = ChannelSettings::default();
        for text in
            ["tasks=off", "idle_window=90s", "entry_limit=2h", "fallback_owner=41", "dummy_email_domain=Lineuser.com"]
        {
            set(&mut settings, text).unwrap();
        }
        assert!(!settings.tasks);
        assert_eq!((settings.idle_window_ms, settings.entry_limit_ms), (90_000, 7_200_000));
        assert_eq!(settings.fallback_owner.as_deref(), Some("41"));
        assert_eq!(settings.dummy_email_domain.as_deref(), Some("lineuser.com"));
        let before = settings.clone();
        for text in [
            "tasks",
            "tasks=maybe",
            "idle_window=1s",
            "idle_window=99999999999999h",
            "idle_window=5分",
            "name=x",
            "fallback_owner=taro",
            "dummy_email_domain=no domain",
        ] {
            assert!(matches!(set(&mut settings, text), Err(Failure::Usage(_))), "{text}");
        }
        assert_eq!(settings, before);
        set(&mut settings, "fallback_owner=none").unwrap();
        assert_eq!(settings.fallback_owner, None);
    }

    #[test]
    fn what_is_shown_of_a_setting_can_be_typed_as_it_is() {
        let typed = [
            &["tasks=off", "idle_window=90s", "entry_limit=24h", "link_button=on", "recent_messages=off"][..],
            &["fallback_owner=41", "dummy_email_domain=lineuser.com", "idle_window=45s", "entry_limit=90m"],
            &[
                "greeting=こんにちは",
                "account_link.login_url=https://shop.example/login",
                "account_link.welcome=ようこそ",
                "create_contacts=off",
            ],
            &[],
        ];
        for language in [Language::Japanese, Language::English] {
            for changes in typed {
                let mut settings = ChannelSettings::default();
                changes.iter().for_each(|change| set(&mut settings, change).unwrap());
                let mut again = ChannelSettings::default();
                for (name, shown) in facts(&settings, &Say::new(language, false)) {
                    set(&mut again, &format!("{name}={shown}")).unwrap_or_else(|_| panic!("{name}={shown}"));
                }
                assert_eq!(to_json(&again), to_json(&settings));
            }
        }
    }

    #[test]
    fn a_greeting_is_checked_before_it_is_stored() {
        let mut settings = ChannelSettings::default();
        for (text, messages) in [
            ("greeting=友だち追加ありがとうございます", 1),
            ("greeting=[お知らせ] こんにちは", 1),
            (r#"greeting={"type":"sticker","packageId":"446","stickerId":"1988"}"#, 1),
            (r#"greeting=[{"type":"text","text":"a"}, {"type":"text","text":"b"}]"#, 2),
            ("greeting=none", 0),
        ] {
            set(&mut settings, text).unwrap();
            assert_eq!(settings.greeting.len(), messages, "{text}");
        }
        let five = format!("greeting=[{}]", [r#"{"type":"text","text":"a"}"#; 5].join(","));
        let six = format!("greeting=[{}]", [r#"{"type":"text","text":"a"}"#; 6].join(","));
        for bad in [
            r#"greeting={"type":"text"}"#,
            r#"greeting=[{"type":"text","text":"a"}"#,
            "greeting={{line:firstname}}",
            &six,
        ] {
            assert!(matches!(set(&mut settings, bad), Err(Failure::Usage(_))), "{bad}");
        }
        assert_eq!(settings.greeting.len(), 0);
        set(&mut settings, &five).unwrap();
        assert!(set(&mut settings, "link_button=on").is_err(), "LINE takes five in a reply");
    }

    #[test]
    fn account_link_needs_a_login_page_first() {
        let mut settings = ChannelSettings::default();
        assert!(set(&mut settings, "account_link.welcome=ようこそ").is_err());
        for bad in ["http://shop.example/login", "shop.example", "https://a:b@shop.example/", "javascript:alert(1)"] {
            assert!(set(&mut settings, &format!("account_link.login_url={bad}")).is_err(), "{bad}");
        }
        for text in ["account_link.login_url=https://shop.example/login?x=1", "account_link.welcome=ようこそ"] {
            set(&mut settings, text).unwrap();
        }
        let stored = settings.account_link.clone().unwrap();
        assert_eq!(
            (stored.login_url.as_str(), stored.welcome.as_deref()),
            ("https://shop.example/login?x=1", Some("ようこそ"))
        );
        set(&mut settings, "account_link=none").unwrap();
        assert_eq!(settings.account_link, None);
    }
}
