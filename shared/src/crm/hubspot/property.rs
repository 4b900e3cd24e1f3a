//! Our contact properties as HubSpot defines them, as data.

use serde_json::{Value, json};

use crate::domain::language::Language;
use crate::domain::properties as name;
use crate::domain::provider::ProviderNumber;

/// How a property must be defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PropertySpec {
    /// Its internal name.
    pub name: &'static str,
    /// Its label in Japanese.
    pub japanese: &'static str,
    /// Its label in English.
    pub english: &'static str,
    /// HubSpot's type.
    pub kind: &'static str,
    /// HubSpot's field type.
    pub field: &'static str,
    /// The values that it can have, if only some: each with its label in Japanese and in English.
    pub options: &'static [(&'static str, &'static str, &'static str)],
    /// No two records have the same value. Decided at creation, for ever.
    pub unique: bool,
    /// Whose it is: the label of all but the first LINE provider's says the number.
    pub provider: ProviderNumber,
}

const fn spec(
    name: &'static str,
    japanese: &'static str,
    english: &'static str,
    kind: &'static str,
    field: &'static str,
) -> PropertySpec {
    PropertySpec { name, japanese, english, kind, field, options: &[], unique: false, provider: ProviderNumber::FIRST }
}

const YES_OR_NO: &[(&str, &str, &str)] = &[("true", "はい", "Yes"), ("false", "いいえ", "No")];
const FOLLOW_KINDS: &[(&str, &str, &str)] = &[
    ("new", "新規追加", "New"),
    ("unblocked", "ブロック解除", "Unblocked"),
    ("before_musubi", "Musubi導入前からの友だち", "Friend before Musubi"),
];

/// All our contact properties.
pub const PROPERTIES: [PropertySpec; 14] = [
    PropertySpec::unique_text(name::LINE_USER_ID, "LINE ユーザーID", "LINE user ID"),
    spec(name::LINE_USER_NAME, "LINE 表示名", "LINE display name", "string", "text"),
    spec(name::LINE_USER_PICTURE, "LINE プロフィール画像", "LINE profile picture", "string", "text"),
    spec(name::LINE_LINKED_AT, "LINE 連携日時", "LINE linked at", "datetime", "date"),
    PropertySpec::yes_or_no(name::LINE_FOLLOWS, "LINE 友だち", "LINE friend"),
    spec(name::LINE_FOLLOWED_AT, "LINE 友だち追加日時", "LINE followed at", "datetime", "date"),
    PropertySpec {
        options: FOLLOW_KINDS,
        ..spec(name::LINE_FOLLOW_KIND, "LINE 友だち追加の種類", "LINE follow kind", "enumeration", "select")
    },
    PropertySpec::yes_or_no(name::LINE_UNANSWERED, "LINE 未返信", "LINE unanswered"),
    spec(name::LINE_ANSWERED_AT, "LINE 返信済み日時", "LINE answered at", "datetime", "date"),
    spec(name::LINE_UNANSWERED_MESSAGE, "LINE 未返信メッセージ", "LINE unanswered message", "string", "textarea"),
    spec(name::LINE_LAST_MESSAGE, "LINE 最新の受信メッセージ", "LINE last message", "string", "textarea"),
    spec(name::LINE_RECENT_MESSAGES, "LINE 最近の受信メッセージ", "LINE recent messages", "string", "textarea"),
    spec(name::LINE_LAST_OUTCOME, "LINE 最新の送信結果", "LINE last outcome", "string", "text"),
    spec(name::LINE_ROUTE, "LINE 友だち追加経路", "LINE route", "string", "text"),
];

/// A property that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PropertyProblem {
    /// Another type. It cannot be changed here: values would be lost.
    Type {
        /// Its name.
        name: &'static str,
        /// As it must be, `type/fieldType`.
        expected: String,
        /// As it is.
        found: String,
    },
    /// Its values are not unique, which HubSpot allows to set at creation alone.
    NotUnique {
        /// Its name.
        name: &'static str,
    },
    /// HubSpot would not make it.
    Refused {
        /// Its name.
        name: &'static str,
        /// HubSpot's code.
        code: String,
    },
}

impl PropertyProblem {
    /// Words for the operator, with the fix.
    pub fn words(&self, language: Language) -> String {
        match (self, language) {
            (Self::Type { name, expected, found }, Language::Japanese) => format!(
                "コンタクトのプロパティー「{name}」の型が {found} です（必要な型は {expected}）。\
                 HubSpotの［設定］＞［プロパティー］でこのプロパティーを削除してから、もう一度実行してください。"
            ),
            (Self::Type { name, expected, found }, Language::English) => format!(
                "The contact property “{name}” is of type {found}, but must be {expected}. \
                 Delete it in HubSpot under Settings > Properties, then run this again."
            ),
            (Self::NotUnique { name }, Language::Japanese) => format!(
                "コンタクトのプロパティー「{name}」に一意の値が設定されていません。あとから変更できないため、\
                 HubSpotの［設定］＞［プロパティー］で削除してから、もう一度実行してください。"
            ),
            (Self::NotUnique { name }, Language::English) => format!(
                "The contact property “{name}” does not require unique values. This cannot be changed later: \
                 delete it in HubSpot under Settings > Properties, then run this again."
            ),
            (Self::Refused { name, code }, Language::Japanese) => format!(
                "HubSpotがコンタクトのプロパティー「{name}」の作成を拒否しました（{code}）。\
                 プロパティー数の上限（一意の値を持つものは10個まで）と、アーカイブ済みの同名のプロパティーを確認してください。"
            ),
            (Self::Refused { name, code }, Language::English) => format!(
                "HubSpot refused to create the contact property “{name}” ({code}). \
                 Check the limits on properties (10 with unique values) and archived properties of the same name."
            ),
        }
    }
}

impl PropertySpec {
    /// A text whose values are unique.
    pub const fn unique_text(name: &'static str, japanese: &'static str, english: &'static str) -> Self {
        Self {
            name,
            japanese,
            english,
            kind: "string",
            field: "text",
            options: &[],
            unique: true,
            provider: ProviderNumber::FIRST,
        }
    }

    /// A property that is true or false.
    const fn yes_or_no(name: &'static str, japanese: &'static str, english: &'static str) -> Self {
        Self { options: YES_OR_NO, ..spec(name, japanese, english, "bool", "booleancheckbox") }
    }

    /// All of ours, for these LINE providers.
    pub fn all<P: IntoIterator<Item = ProviderNumber>>(providers: P) -> impl Iterator<Item = Self> + use<P> {
        providers.into_iter().flat_map(|provider| PROPERTIES.into_iter().filter_map(move |spec| spec.of(provider)))
    }

    /// The same, of this LINE provider. `None`: it is one for all, and the first one's.
    fn of(self, provider: ProviderNumber) -> Option<Self> {
        if provider == ProviderNumber::FIRST {
            return Some(self);
        }
        provider.field(self.name).map(|name| Self { name, provider, ..self })
    }

    fn label(&self, language: Language) -> String {
        let plain = language.pick(self.japanese, self.english);
        if self.provider == ProviderNumber::FIRST {
            return plain.to_owned();
        }
        match language {
            Language::Japanese => format!("{plain}（プロバイダー{}）", self.provider.get()),
            Language::English => format!("{plain} (provider {})", self.provider.get()),
        }
    }

    /// What HubSpot is asked to make. Labels are in one language: the account's.
    pub(crate) fn definition(&self, group: &str, language: Language) -> Value {
        let mut definition = json!({
            "name": self.name, "label": self.label(language), "groupName": group,
            "type": self.kind, "fieldType": self.field, "hasUniqueValue": self.unique, "formField": false,
        });
        if !self.options.is_empty() {
            let option = |(order, (value, japanese, english)): (usize, &(&str, &'static str, &'static str))| json!({"label": language.pick(japanese, english), "value": value, "displayOrder": order, "hidden": false});
            definition["options"] = self.options.iter().enumerate().map(option).collect();
        }
        definition
    }

    /// What is wrong with a property as HubSpot describes it. A text may be shown in one line or in several.
    pub(crate) fn compare(&self, found: &Value) -> Option<PropertyProblem> {
        let kind = found["type"].as_str().unwrap_or_default();
        let field = found["fieldType"].as_str().unwrap_or_default();
        let same_field = field == self.field || (self.kind == "string" && matches!(field, "text" | "textarea"));
        if kind != self.kind || !same_field {
            let expected = format!("{}/{}", self.kind, self.field);
            return Some(PropertyProblem::Type { name: self.name, expected, found: format!("{kind}/{field}") });
        }
        if self.unique && found["hasUniqueValue"] != true {
            return Some(PropertyProblem::NotUnique { name: self.name });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_in_the_accounts_language() {
        let definition = PROPERTIES[0].definition("line", Language::Japanese);
        assert_eq!(definition["label"], "LINE ユーザーID");
        assert_eq!(definition["hasUniqueValue"], true);
        assert_eq!(PROPERTIES[4].definition("line", Language::English)["options"][1]["label"], "No");
    }

    #[test]
    fn each_further_provider_has_properties_of_its_own_and_the_newest_outcome_is_one_for_all() {
        let [first, second, ..] = ProviderNumber::ALL;
        let all: Vec<PropertySpec> = PropertySpec::all([first, second]).collect();
        assert_eq!(all.len(), 2 * PROPERTIES.len() - 1);
        let own = all.iter().find(|spec| spec.name == "line_user_id_2").expect("the second provider's");
        let definition = own.definition("line", Language::Japanese);
        assert_eq!(
            (&definition["label"], &definition["hasUniqueValue"]),
            (&json!("LINE ユーザーID（プロバイダー2）"), &json!(true))
        );
        assert_eq!(all.iter().filter(|spec| spec.name.starts_with(name::LINE_LAST_OUTCOME)).count(), 1);
    }

    #[test]
    fn every_way_to_follow_is_an_option_and_no_other_is() {
        let values = FOLLOW_KINDS.iter().map(|(value, ..)| *value);
        assert!(values.eq(crate::domain::follow::FollowKind::ALL.map(|kind| kind.as_str())));
    }

    #[test]
    fn a_property_as_we_make_it_has_no_problem() {
        for spec in &PROPERTIES {
            assert_eq!(spec.compare(&spec.definition("line", Language::English)), None, "{}", spec.name);
        }
    }

    #[test]
    fn another_type_and_a_missing_uniqueness_are_told_in_words() {
        let number = PROPERTIES[0].compare(&json!({"type": "number", "fieldType": "number"})).unwrap();
        for language in [Language::Japanese, Language::English] {
            let words = number.words(language);
            assert!(words.contains("line_user_id") && words.contains("number/number") && words.contains("string/text"));
        }
        let plain = json!({"type": "string", "fieldType": "text", "hasUniqueValue": false});
        assert_eq!(PROPERTIES[0].compare(&plain), Some(PropertyProblem::NotUnique { name: "line_user_id" }));
        assert_eq!(PROPERTIES[1].compare(&json!({"type": "string", "fieldType": "textarea"})), None);
    }
}
