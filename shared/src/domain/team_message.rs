//! What the team reads in a mail or a chat: that somebody waits for an answer on LINE, and where to answer.

use jiff::Timestamp;
use serde_json::json;

use super::account::CrmAccount;
use super::language::Language;
use super::notice::Notice;
use super::timeline::time_zone;

/// A message to the team. It holds no words of the person, no name and no LINE user ID: mail and chat keep what they get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamMessage {
    /// Of which Official Account, so that an address can ask for some alone.
    pub channel: String,
    /// The mail's subject: one line, shorter than 100 characters (SNS API reference, `Publish`, `Subject`).
    pub subject: String,
    /// The mail's text.
    pub text: String,
    /// What a chat shows: the custom notification of Amazon Q Developer in chat applications, version 1.0 (its administrator guide,
    /// "Custom notifications").
    pub chat: String,
}

/// An Official Account's name has 20 characters at LINE; whatever ours says, the subject stays one line of less than 100.
const MAX_NAME_CHARS: usize = 40;

impl TeamMessage {
    /// Of this notice, as the CRM account reads and counts time. `name` is the Official Account's, `public_url` where the console is.
    pub fn of(notice: &Notice, name: &str, account: &CrmAccount, public_url: &str) -> Self {
        let language = account.language;
        let at = Timestamp::from_millisecond(notice.at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let at = at.to_zoned(time_zone(&account.time_zone)).strftime("%m/%d %H:%M").to_string();
        let name: String = name.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect();
        let subject = match language {
            Language::Japanese => format!("LINEで返信をお待ちのお客さまがいます（{name}）"),
            Language::English => format!("Somebody is waiting for an answer on LINE ({name})"),
        };
        let talks = format!("{public_url}/console/talks");
        let contact = notice.contact.as_ref();
        let who = match (language, contact) {
            (Language::Japanese, Some(contact)) => {
                format!("{at}に、コンタクト（レコードID {contact}）からLINEでメッセージが届きました。")
            }
            (Language::Japanese, None) => {
                format!("{at}に、まだコンタクトと連携していない方からLINEでメッセージが届きました。")
            }
            (Language::English, Some(contact)) => format!("A contact (record ID {contact}) wrote on LINE at {at}."),
            (Language::English, None) => format!("Somebody who is not linked to a contact yet wrote on LINE at {at}."),
        };
        let rest = language.pick(
            "返信するまで、同じ方の次のメッセージはお知らせしません。本文とお名前は、この通知には含めていません。",
            "You get no further notice about this person until somebody answers. This notice contains neither the message nor a name.",
        );
        let text = match language {
            Language::Japanese => format!("{who}\n\nトークを開く: {talks}\n\n{rest}\n"),
            Language::English => format!("{who}\n\nOpen the talks: {talks}\n\n{rest}\n"),
        };
        let link = match language {
            Language::Japanese => format!("<{talks}|トークを開く>"),
            Language::English => format!("<{talks}|Open the talks>"),
        };
        let chat = json!({
            "version": "1.0",
            "source": "custom",
            "id": notice.id,
            "content": {"textType": "client-markdown", "title": subject, "description": format!("{who}\n{link}\n{rest}")},
        });
        Self { channel: notice.channel.to_string(), subject, text, chat: chat.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::domain::account::{CrmAccountKey, CrmKind};
    use crate::domain::ids::{ChannelId, ContactId, CrmAccountId, CrmAppId};
    use crate::domain::notice::Audience;

    fn notice(contact: Option<&str>) -> Notice {
        Notice {
            id: "msg_1".to_owned(),
            channel: ChannelId::new("1657000001"),
            contact: contact.map(ContactId::new),
            kind: "text".to_owned(),
            at_ms: 1_790_000_000_123,
            to: Audience::Team,
            tries: 0,
        }
    }

    fn account(language: Language) -> CrmAccount {
        let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("1") };
        CrmAccount::new(key, CrmAppId::new("1"), language, "Asia/Tokyo")
    }

    #[test]
    fn a_mail_says_who_waits_and_where_to_answer_in_both_languages() {
        for (language, contact, wants) in [
            (
                Language::Japanese,
                Some("1001"),
                ["レコードID 1001", "トークを開く: https://musubi.example/console/talks"],
            ),
            (Language::Japanese, None, ["まだコンタクトと連携していない方", "https://musubi.example/console/talks"]),
            (
                Language::English,
                Some("1001"),
                ["record ID 1001", "Open the talks: https://musubi.example/console/talks"],
            ),
            (Language::English, None, ["not linked", "https://musubi.example/console/talks"]),
        ] {
            let message = TeamMessage::of(&notice(contact), "まちの店", &account(language), "https://musubi.example");
            assert!(message.text.contains("09/21 23:13"), "as the account's clock shows it: {}", message.text);
            let chat: Value = serde_json::from_str(&message.chat).expect("JSON");
            assert_eq!((&chat["version"], &chat["source"]), (&json!("1.0"), &json!("custom")));
            assert_eq!(chat["content"]["title"], message.subject);
            let said = chat["content"]["description"].as_str().expect("words");
            for want in wants {
                assert!(message.text.contains(want), "{}", message.text);
            }
            assert!(said.contains(wants[0]) && said.contains("<https://musubi.example/console/talks|"), "{said}");
            assert!(message.subject.contains("まちの店"));
        }
    }

    #[test]
    fn whatever_the_account_is_called_the_subject_is_one_line_that_mail_takes() {
        for name in ["a\nBcc: x@example.com\r\n", &"長".repeat(500)] {
            for language in [Language::Japanese, Language::English] {
                let subject =
                    TeamMessage::of(&notice(None), name, &account(language), "https://musubi.example").subject;
                assert!(subject.chars().count() < 100 && !subject.contains(char::is_control), "{subject}");
            }
        }
    }
}
