//! Is this person that contact? Why an operator is asked, and in words.

use serde::{Deserialize, Serialize};

use super::settings::Bilingual;

/// Why an operator is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedBecause {
    /// The contact has the person's e-mail address, and the setting says to ask.
    #[default]
    Email,
    /// The contact has the person's e-mail address, and is somebody else on LINE.
    EmailTaken,
    /// The contact names the person, and is linked to somebody else.
    NameTaken,
    /// Two contacts that were linked are one now, which keeps the other person.
    Merged,
    /// A workflow sent to the person from the contact, and one of the two is linked to another.
    Sent,
    /// Another version knows.
    #[serde(other)]
    Other,
}

impl AskedBecause {
    /// In a few words, for a list.
    pub fn in_short(self) -> Bilingual {
        let (japanese, english) = match self {
            Self::Email => ("同じメールアドレス", "same address"),
            Self::EmailTaken => ("同じメールアドレス、別の人と連携中", "same address, taken"),
            Self::NameTaken => ("LINEユーザーIDが記入済み、別の人と連携中", "names the person, taken"),
            Self::Merged => ("コンタクトの統合", "merged"),
            Self::Sent => ("ワークフローで指定", "named by a workflow"),
            Self::Other => ("不明", "not known"),
        };
        Bilingual { japanese, english }
    }

    /// What happened, and what Musubi did meanwhile.
    pub fn words(self) -> Bilingual {
        let (japanese, english) = match self {
            Self::Email => (
                "LINEログインした人と同じメールアドレスのコンタクトです。",
                "Somebody logged in with LINE with this contact's e-mail address.",
            ),
            Self::EmailTaken => (
                "LINEログインなどで示されたメールアドレスのコンタクトですが、LINEの別の人のものになっています。この人は連携していません。",
                "Somebody showed this contact's e-mail address, but the contact belongs to another person on LINE. They were not linked to it.",
            ),
            Self::NameTaken => (
                "コンタクトの「LINE ユーザーID」にはこの人のIDが入っていますが、コンタクトはLINEの別の人と連携されています。回答があるまで、この人のコンタクトは作成されません。",
                "The contact's “LINE user ID” names this person, but the contact is linked to another person on LINE. Until you answer, this person has no contact.",
            ),
            Self::Merged => (
                "それぞれLINEの人と連携していた2つのコンタクトが統合されました。もう一方の人の連携を残し、この人の連携を外しました。",
                "Two contacts that were linked to people on LINE were merged. The other person stays linked; this one is not any more.",
            ),
            Self::Sent => (
                "ワークフローが、このコンタクトからこの人のLINEユーザーIDを指定して送信しました。メッセージは届きましたが、どちらかがすでに別の相手と連携されているため、連携は変更していません。",
                "A workflow on this contact sent to this person's LINE user ID. The message was sent, but one of the two is linked to another, so the links were left as they are.",
            ),
            Self::Other => ("別のバージョンのMusubiによる質問です。", "Another version of Musubi asks."),
        };
        Bilingual { japanese, english }
    }
}
