//! What the team reads in a mail or a chat: that somebody waits for an answer on LINE, and where to answer.

use serde_json::json;

use super::language::Language;
use super::notice::Notice;

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
    /// Of this notice. `name` is the Official Account's, `public_url` where the console is.
    pub fn of(notice: &Notice, name: &str, language: Language, public_url: &str) -> Self {
        let name: String = name.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect();
        let subject = match language {
            Language::Japanese => format!("LINEで返信を待っている人がいます（{name}）"),
            Language::English => format!("Somebody waits for an answer on LINE ({name})"),
        };
        let talks = format!("{public_url}/console/talks");
        let contact = notice.contact.as_ref();
        let who = match (language, contact) {
            (Language::Japanese, Some(contact)) => {
                format!("コンタクト（レコードID {contact}）から、LINEでメッセージが届きました。")
            }
            (Language::Japanese, None) => {
                "コンタクトとまだ連携していない人から、LINEでメッセージが届きました。".to_owned()
            }
            (Language::English, Some(contact)) => format!("A contact (record ID {contact}) has written on LINE."),
            (Language::English, None) => "Somebody who is not linked to a contact yet has written on LINE.".to_owned(),
        };
        let rest = language.pick(
            "返信されるまで、同じ人からの次のメッセージはお知らせしません。本文とお名前は、この通知には含めていません。",
            "Until it is answered, nothing more is told of the same person. This notice has neither the words nor the name.",
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
    use crate::domain::ids::{ChannelId, ContactId};
    use crate::domain::notice::Audience;

    fn notice(contact: Option<&str>) -> Notice {
        Notice {
            id: "msg_1".to_owned(),
            channel: ChannelId::new("1657000001"),
            contact: contact.map(ContactId::new),
            kind: "text".to_owned(),
            at_ms: 1,
            to: Audience::Team,
            tries: 0,
        }
    }

    #[test]
    fn a_mail_says_who_waits_and_where_to_answer_in_both_languages() {
        for (language, contact, wants) in [
            (
                Language::Japanese,
                Some("1001"),
                ["レコードID 1001", "トークを開く: https://musubi.example/console/talks"],
            ),
            (Language::Japanese, None, ["まだ連携していない人", "https://musubi.example/console/talks"]),
            (
                Language::English,
                Some("1001"),
                ["record ID 1001", "Open the talks: https://musubi.example/console/talks"],
            ),
            (Language::English, None, ["not linked", "https://musubi.example/console/talks"]),
        ] {
            let message = TeamMessage::of(&notice(contact), "まちの店", language, "https://musubi.example");
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
                let subject = TeamMessage::of(&notice(None), name, language, "https://musubi.example").subject;
                assert!(subject.chars().count() < 100 && !subject.contains(char::is_control), "{subject}");
            }
        }
    }
}
