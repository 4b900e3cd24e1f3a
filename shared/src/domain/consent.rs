//! What a contact must have agreed to before it is sent marketing: an account names a property and the value it must have.
//!
//! Whoever answers a person, or sends a receipt, needs none.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::token_property::is_name;

/// Between the choices of a property that takes several (HubSpot writes them so).
const BETWEEN_CHOICES: char = ';';
/// No value that must be there is longer, in characters.
const LONGEST_VALUE: usize = 300;

/// The consent that marketing needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The contact property, by internal name.
    pub property: String,
    /// What it must say; of several choices, one of them.
    pub value: String,
}

impl Consent {
    /// Reads `PROPERTY:VALUE`. `None`: it is not written so.
    pub fn read(text: &str) -> Option<Self> {
        let (property, value) = text.split_once(':')?;
        let (property, value) = (property.trim(), value.trim());
        let is_value = (1..=LONGEST_VALUE).contains(&value.chars().count()) && !value.contains(BETWEEN_CHOICES);
        (is_name(property) && is_value).then(|| Self { property: property.to_owned(), value: value.to_owned() })
    }

    /// As it is read.
    pub fn written(&self) -> String {
        format!("{}:{}", self.property, self.value)
    }

    /// Whether these properties of a contact give it. What is not there, or says anything else, gives none.
    pub fn is_given(&self, properties: &BTreeMap<String, String>) -> bool {
        let said = properties.get(&self.property).map_or("", String::as_str);
        said.split(BETWEEN_CHOICES).any(|choice| choice.trim() == self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_a_property_and_one_value() {
        let basis = "hs_legal_basis:Freely given consent from contact";
        assert_eq!(Consent::read(basis).map(|consent| consent.written()).as_deref(), Some(basis));
        assert_eq!(Consent::read(" ok : a:b ").map(|consent| consent.written()).as_deref(), Some("ok:a:b"));
        for bad in
            ["", "ok", "ok:", ":yes", "Ok:yes", "o k:yes", "ok: ", "ok:yes;no", &format!("ok:{}", "a".repeat(301))]
        {
            assert_eq!(Consent::read(bad), None, "{bad}");
        }
        assert!(Consent::read(&format!("ok:{}", "同".repeat(300))).is_some());
    }

    #[test]
    fn only_this_value_or_it_among_several_choices_is_consent() {
        let consent = Consent::read("ok:yes").expect("it is written so");
        let given = |said: &str| consent.is_given(&BTreeMap::from([("ok".to_owned(), said.to_owned())]));
        for said in ["yes", " yes ", "no;yes", "yes; no"] {
            assert!(given(said), "{said}");
        }
        for said in ["", "Yes", "yes!", "no", "no yes", "yesterday", "no、yes", ";"] {
            assert!(!given(said), "{said}");
        }
        assert!(!consent.is_given(&BTreeMap::new()), "what the CRM did not send is none");
        assert!(!consent.is_given(&BTreeMap::from([("other".to_owned(), "yes".to_owned())])));
    }
}
