//! What happened at LINE that is worth a line by its name alone: not words of anybody, not a follow.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::language::Language;

/// One kind of it. Stored by its name, which is LINE's event type with its sub-type and never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Occurrence {
    /// The Official Account joined a group.
    Join,
    /// It left one.
    Leave,
    /// Somebody joined the group.
    MemberJoined,
    /// Somebody left it.
    MemberLeft,
    /// A film of ours was watched to its end.
    VideoPlayComplete,
    /// Somebody came near a beacon.
    BeaconEnter,
    /// Somebody tapped a beacon's banner.
    BeaconBanner,
    /// Somebody stays near a beacon.
    BeaconStay,
    /// LINE confirms an account link.
    AccountLinkOk,
    /// LINE refuses one.
    AccountLinkFailed,
    /// Somebody became a paying member.
    MembershipJoined,
    /// Somebody is a paying member no more.
    MembershipLeft,
    /// A membership goes on.
    MembershipRenewed,
    /// A notification message of LINE's reached somebody by their phone number.
    Delivery,
    /// A module channel was attached to the Official Account.
    ModuleAttached,
    /// It was detached.
    ModuleDetached,
    /// This channel holds the chat.
    Activated,
    /// It holds the chat no more.
    Deactivated,
    /// LINE suspended the Official Account.
    BotSuspended,
    /// It may be used again.
    BotResumed,
    /// Ours: nobody knows whether an answer of ours was shown.
    ReplyUnknown,
    /// A sub-type that we do not know.
    Other(String),
}

/// All that have a name of their own.
const NAMED: [Occurrence; 21] = [
    Occurrence::Join,
    Occurrence::Leave,
    Occurrence::MemberJoined,
    Occurrence::MemberLeft,
    Occurrence::VideoPlayComplete,
    Occurrence::BeaconEnter,
    Occurrence::BeaconBanner,
    Occurrence::BeaconStay,
    Occurrence::AccountLinkOk,
    Occurrence::AccountLinkFailed,
    Occurrence::MembershipJoined,
    Occurrence::MembershipLeft,
    Occurrence::MembershipRenewed,
    Occurrence::Delivery,
    Occurrence::ModuleAttached,
    Occurrence::ModuleDetached,
    Occurrence::Activated,
    Occurrence::Deactivated,
    Occurrence::BotSuspended,
    Occurrence::BotResumed,
    Occurrence::ReplyUnknown,
];

impl Occurrence {
    /// Its name, as it is stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Join => "join",
            Self::Leave => "leave",
            Self::MemberJoined => "memberJoined",
            Self::MemberLeft => "memberLeft",
            Self::VideoPlayComplete => "videoPlayComplete",
            Self::BeaconEnter => "beacon enter",
            Self::BeaconBanner => "beacon banner",
            Self::BeaconStay => "beacon stay",
            Self::AccountLinkOk => "accountLink ok",
            Self::AccountLinkFailed => "accountLink failed",
            Self::MembershipJoined => "membership joined",
            Self::MembershipLeft => "membership left",
            Self::MembershipRenewed => "membership renewed",
            Self::Delivery => "delivery",
            Self::ModuleAttached => "module attached",
            Self::ModuleDetached => "module detached",
            Self::Activated => "activated",
            Self::Deactivated => "deactivated",
            Self::BotSuspended => "botSuspended",
            Self::BotResumed => "botResumed",
            Self::ReplyUnknown => "reply unknown",
            Self::Other(name) => name,
        }
    }

    /// What happened, in words.
    pub fn words(&self, language: Language) -> String {
        let (japanese, english) = match self {
            Self::Join => ("公式アカウントがグループに参加しました", "The Official Account joined the group"),
            Self::Leave => ("公式アカウントがグループから退出しました", "The Official Account left the group"),
            Self::MemberJoined => ("メンバーがグループに参加しました", "Somebody joined the group"),
            Self::MemberLeft => ("メンバーがグループから退出しました", "Somebody left the group"),
            Self::VideoPlayComplete => ("動画を最後まで再生しました", "Watched the video to the end"),
            Self::BeaconEnter => ("ビーコンの圏内に入りました", "Came within range of a beacon"),
            Self::BeaconBanner => ("ビーコンのバナーをタップしました", "Tapped a beacon's banner"),
            Self::BeaconStay => ("ビーコンの圏内にいます", "Stays within range of a beacon"),
            Self::AccountLinkOk => ("アカウントを連携しました", "Linked the account"),
            Self::AccountLinkFailed => ("アカウントを連携できませんでした", "The account could not be linked"),
            Self::MembershipJoined => ("メンバーシップに加入しました", "Joined the membership"),
            Self::MembershipLeft => ("メンバーシップを退会しました", "Left the membership"),
            Self::MembershipRenewed => ("メンバーシップを更新しました", "Renewed the membership"),
            Self::Delivery => ("LINE通知メッセージが届きました", "A LINE notification message was delivered"),
            Self::ModuleAttached => ("モジュールチャネルが接続されました", "A module channel was attached"),
            Self::ModuleDetached => ("モジュールチャネルの接続が解除されました", "A module channel was detached"),
            Self::Activated => {
                ("このチャネルがチャットを担当するようになりました", "This channel now handles the chat")
            }
            Self::Deactivated => {
                ("このチャネルはチャットの担当から外れました", "This channel no longer handles the chat")
            }
            Self::BotSuspended => ("公式アカウントの利用が停止されました", "The Official Account was suspended"),
            Self::BotResumed => ("公式アカウントの利用が再開されました", "The Official Account was resumed"),
            Self::ReplyUnknown => {
                ("自動応答が表示されたか確認できません", "It is not known whether our answer was shown")
            }
            Self::Other(name) => {
                let label = language.pick("Musubiが対応していない種類です", "Musubi does not support this kind");
                return format!("{label}: {name}");
            }
        };
        language.pick(japanese, english).to_owned()
    }
}

impl From<String> for Occurrence {
    fn from(name: String) -> Self {
        let named = NAMED.into_iter().find(|known| known.as_str() == name);
        named.unwrap_or(Self::Other(name))
    }
}

impl From<&str> for Occurrence {
    fn from(name: &str) -> Self {
        Self::from(name.to_owned())
    }
}

impl From<Occurrence> for String {
    fn from(occurrence: Occurrence) -> Self {
        occurrence.as_str().to_owned()
    }
}

impl fmt::Display for Occurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::Content;
    use crate::domain::words;

    #[test]
    fn every_kind_is_stored_by_its_name_and_told_in_both_languages() {
        for occurrence in NAMED {
            assert_eq!(Occurrence::from(occurrence.as_str()), occurrence);
            let content = Content::Other { what: occurrence.clone() };
            let (japanese, english) = (words::of(&content, Language::Japanese), words::of(&content, Language::English));
            assert!(!japanese.is_ascii() && english.is_ascii(), "{japanese} {english}");
            for words in [japanese, english] {
                assert_ne!(words, format!("[{occurrence}]"), "LINE's own name is no word");
            }
        }
    }

    #[test]
    fn rows_hold_names_and_one_that_we_do_not_know_is_told_as_such() {
        let row = r#"{"kind":"other","what":"videoPlayComplete"}"#;
        let content: Content = serde_json::from_str(row).expect("a row as it always was");
        assert!(content == Content::Other { what: Occurrence::VideoPlayComplete });
        assert_eq!(serde_json::to_string(&content).expect("JSON"), row);
        let content: Content = serde_json::from_str(r#"{"kind":"other","what":"beacon hum"}"#).expect("a row");
        assert_eq!(words::of(&content, Language::English), "[Musubi does not support this kind: beacon hum]");
    }
}
