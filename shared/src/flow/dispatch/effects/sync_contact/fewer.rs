//! The CRM refuses a contact's properties for good: fewer of a person's words are tried at once.
//!
//! The words are on the timeline as well, where none is lost. So a property that the CRM does not take gets a shorter value,
//! then one that says so, and whatever else the contact should say is written in any case. At most four more calls: a friend
//! decides what the words are, and everybody's calls are counted together.

use super::SyncContact;
use crate::domain::ids::ContactId;
use crate::domain::properties::{self as property, SHORT_UNITS, cut, newest, stamp};
use crate::domain::words;
use crate::ports::crm::{ContactWrite, CrmFailure, Each, Properties};

/// Whether an item is refused for what it says.
pub(super) fn is_refused<T>(answer: &Each<T>) -> bool {
    matches!(answer, Err(CrmFailure::Refused { .. }))
}

impl SyncContact<'_> {
    /// Writes less than what was refused, until it is taken.
    pub(super) async fn write_fewer(&self, refused: &ContactWrite) -> Each<ContactId> {
        let withheld = words::withheld(self.round.account.language);
        let mut properties = refused.properties.clone();
        let steps: [&(dyn Fn(&mut Properties) + Sync); 4] =
            [&shorten, &without_profile, &|properties| withhold_lines(properties, withheld), &|properties| {
                withhold_newest(properties, withheld)
            }];
        let mut answer = Err(CrmFailure::Unknown);
        for step in steps {
            let before = properties.clone();
            step(&mut properties);
            if properties == before {
                continue;
            }
            tracing::warn!(crm.account = %self.round.account.key, contact = %refused.contact, "properties.refused");
            crate::telemetry::count("PropertiesRefused", 1);
            let write = ContactWrite { contact: refused.contact.clone(), properties: properties.clone() };
            answer = self.contacts.update(&[write]).await.pop().unwrap_or(Err(CrmFailure::Unknown));
            if !is_refused(&answer) {
                return answer;
            }
        }
        answer
    }
}

/// Refused for its length? Short by every way of counting.
fn shorten(properties: &mut Properties) {
    for (name, value) in &mut properties.0 {
        *value = match name == property::LINE_RECENT_MESSAGES {
            true => newest(value, SHORT_UNITS),
            false => cut(value, SHORT_UNITS),
        };
    }
}

fn without_profile(properties: &mut Properties) {
    for name in [property::LINE_USER_NAME, property::LINE_USER_PICTURE] {
        properties.0.remove(name);
    }
}

/// Every line keeps its time: a message that is taken back is found by it.
fn withhold_lines(properties: &mut Properties, withheld: &str) {
    if let Some(value) = properties.0.get_mut(property::LINE_RECENT_MESSAGES) {
        let lines = value.lines().map(|line| format!("{} {withheld}", stamp(line)));
        *value = lines.collect::<Vec<_>>().join("\n");
    }
}

fn withhold_newest(properties: &mut Properties, withheld: &str) {
    for name in [property::LINE_LAST_MESSAGE, property::LINE_UNANSWERED_MESSAGE] {
        if let Some(value) = properties.0.get_mut(name).filter(|value| !value.is_empty()) {
            withheld.clone_into(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_keeps_what_it_need_not_touch() {
        let mut properties = Properties::default();
        let old = "2026-11-21 10:00:00 a";
        properties.set(property::LINE_RECENT_MESSAGES, format!("{old}\n2026-11-21 10:00:01 {}", "b".repeat(15_990)));
        properties.set(property::LINE_LAST_MESSAGE, "b");
        properties.set(property::LINE_UNANSWERED_MESSAGE, "");
        properties.set(property::LINE_USER_NAME, "c");
        properties.set(property::LINE_USER_ID, "U");
        shorten(&mut properties);
        let recent = |properties: &Properties| properties.get(property::LINE_RECENT_MESSAGES).unwrap_or("").to_owned();
        assert!(recent(&properties).starts_with("2026-11-21 10:00:01 b") && recent(&properties).ends_with('…'));
        without_profile(&mut properties);
        assert_eq!(properties.0.get(property::LINE_USER_NAME), None);
        withhold_lines(&mut properties, "-");
        assert_eq!(
            (recent(&properties).as_str(), properties.get(property::LINE_LAST_MESSAGE)),
            ("2026-11-21 10:00:01 -", Some("b"))
        );
        withhold_newest(&mut properties, "-");
        assert_eq!(properties.get(property::LINE_LAST_MESSAGE), Some("-"));
        assert_eq!(properties.get(property::LINE_UNANSWERED_MESSAGE), None, "nothing is unanswered still");
        assert_eq!(properties.get(property::LINE_USER_ID), Some("U"));
    }
}
