//! An Official Account's settings, as the command line changes and shows them.

use musubi::domain::channel::ChannelSettings;
use musubi::domain::settings::{CHANNEL, SettingValue};
use serde_json::Value;

use crate::failure::Failure;
use crate::say::Say;
use crate::settings;

/// Changes settings, each written `KEY=VALUE`: either all or none.
///
/// # Errors
/// There is no such setting, it takes no such value, or they do not go together.
pub fn change(settings: &mut ChannelSettings, changes: &[String]) -> Result<(), Failure> {
    settings::change(&CHANNEL, settings, changes, "channel set")
}

/// For machines: as they are stored, and the greeting as it is sent.
pub fn to_json(settings: &ChannelSettings) -> Value {
    let mut json = serde_json::to_value(settings).unwrap_or_default();
    json["greeting"] = SettingValue::Messages(settings.greeting.clone()).json();
    json
}

/// For people, by the names that `channel set` takes.
pub fn facts(settings: &ChannelSettings, say: &Say) -> Vec<(&'static str, String)> {
    settings::facts(&CHANNEL, settings, say.language)
}

#[cfg(test)]
mod tests {
    use musubi::domain::language::Language;

    use super::*;

    fn set(settings: &mut ChannelSettings, text: &str) -> Result<(), Failure> {
        change(settings, &[text.to_owned()])
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
}
