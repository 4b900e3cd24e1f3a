//! What a doctor finds wrong, as data: a name that never changes, whom it is about, how grave it is. The words are in
//! [`words::findings`](super::words::findings).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::account::CrmAccountKey;
use super::ids::ChannelId;
use super::language::Language;
use super::settings::Bilingual;

/// How grave it is. The gravest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gravity {
    /// Something does not work now.
    Broken,
    /// Something waits for a person, will not work soon, or could not be checked.
    Warning,
    /// Nothing is wrong; whoever runs it should know.
    Note,
}

impl Gravity {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Broken, Self::Warning, Self::Note];

    /// For people.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Broken => Bilingual { japanese: "動いていません", english: "broken" },
            Self::Warning => Bilingual { japanese: "注意", english: "warning" },
            Self::Note => Bilingual { japanese: "お知らせ", english: "note" },
        }
    }

    /// For machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Whom it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// This Musubi as a whole.
    Stack,
    /// A CRM account.
    Account(CrmAccountKey),
    /// An Official Account.
    Channel(ChannelId),
}

impl About {
    /// For people.
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::Stack => language.pick("Musubi全体", "all of Musubi").to_owned(),
            Self::Account(key) => format!("{} {key}", language.pick("CRMアカウント", "CRM account")),
            Self::Channel(id) => format!("{} {id}", language.pick("公式アカウント", "Official Account")),
        }
    }
}

/// A place in a vendor's console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// In the console of either language.
    pub words: Bilingual,
    /// How sure we are of the names in it.
    pub names: MenuNames,
}

/// How sure we are of the names of a console's menus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuNames {
    /// As the vendor's own pages have them.
    Documented,
    /// Nobody could verify the menus' names: the place is told in words.
    Unverified,
}

/// Something that can be wrong. `{name}` in its words stands for a fact of that name.
#[derive(Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Never changes: `line.webhook_url_differs`.
    pub code: &'static str,
    /// How grave it is.
    pub gravity: Gravity,
    /// The names of the facts in its words.
    pub facts: &'static [&'static str],
    /// What is wrong.
    pub wrong: Bilingual,
    /// Why it matters.
    pub why: Bilingual,
    /// What to do.
    pub todo: Bilingual,
    /// Where, if it is done in a vendor's console.
    pub place: Option<Place>,
}

impl Complaint {
    /// Whether it says that something could not be checked: what is wrong there is then as it was.
    pub fn is_unchecked(&self) -> bool {
        self.code.ends_with("unchecked")
    }
}

/// A fact of a finding. It is no secret, and nothing that belongs to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    #[serde(rename = "ja")]
    japanese: String,
    #[serde(rename = "en")]
    english: String,
}

impl Fact {
    /// In words.
    pub fn words(japanese: impl Into<String>, english: impl Into<String>) -> Self {
        Self { japanese: japanese.into(), english: english.into() }
    }

    /// In this language.
    pub fn of(&self, language: Language) -> &str {
        language.pick(&self.japanese, &self.english)
    }
}

impl<T: Into<String>> From<T> for Fact {
    fn from(text: T) -> Self {
        let text = text.into();
        Self { japanese: text.clone(), english: text }
    }
}

impl From<Bilingual> for Fact {
    fn from(words: Bilingual) -> Self {
        Self::words(words.japanese, words.english)
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub complaint: &'static Complaint,
    /// Whom it is about.
    pub about: About,
    facts: BTreeMap<&'static str, Fact>,
}

impl Finding {
    /// Without facts.
    pub fn new(complaint: &'static Complaint, about: About) -> Self {
        Self { complaint, about, facts: BTreeMap::new() }
    }

    /// With one more fact.
    #[must_use]
    pub fn with(mut self, name: &'static str, fact: impl Into<Fact>) -> Self {
        self.facts.insert(name, fact.into());
        self
    }

    /// The gravest first; then what is about the same side by side.
    pub fn order(&self) -> (Gravity, &About, &'static str) {
        (self.complaint.gravity, &self.about, self.complaint.code)
    }

    /// What is wrong.
    pub fn wrong(&self, language: Language) -> String {
        self.fill(self.complaint.wrong, language)
    }

    /// Why it matters.
    pub fn why(&self, language: Language) -> String {
        self.fill(self.complaint.why, language)
    }

    /// What to do.
    pub fn todo(&self, language: Language) -> String {
        self.fill(self.complaint.todo, language)
    }

    /// How it is kept: see [`standing::Standing`](super::standing::Standing).
    pub(super) fn all_facts(&self) -> &BTreeMap<&'static str, Fact> {
        &self.facts
    }

    /// The facts by name, in this language.
    pub fn facts(&self, language: Language) -> BTreeMap<&'static str, &str> {
        self.facts.iter().map(|(name, fact)| (*name, fact.of(language))).collect()
    }

    /// One pass: what stands in a fact is never taken for a name.
    fn fill(&self, words: Bilingual, language: Language) -> String {
        let (mut filled, mut rest) = (String::new(), words.of(language));
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}').unwrap_or((after, ""));
            filled += before;
            filled += self.facts.get(name).map_or("{?}", |fact| fact.of(language));
            rest = behind;
        }
        filled + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Bilingual = Bilingual { japanese: "{a}と{b}です。", english: "{a} and {b}." };
    const COMPLAINT: Complaint = Complaint {
        code: "a.b",
        gravity: Gravity::Note,
        facts: &["a", "b"],
        wrong: BOTH,
        why: BOTH,
        todo: BOTH,
        place: None,
    };

    #[test]
    fn facts_stand_in_the_words_and_are_not_read_as_names_themselves() {
        let finding = Finding::new(&COMPLAINT, About::Stack).with("a", "{b}").with("b", Fact::words("猫", "cat"));
        assert_eq!(finding.wrong(Language::English), "{b} and cat.");
        assert_eq!(finding.todo(Language::Japanese), "{b}と猫です。");
    }
}
