//! What HubSpot's webhooks tell: at which contacts something changed that may concern a link. Read leniently.
//!
//! Source: HubSpot's guide on webhooks. The body is an array of up to 100 events, perhaps of several accounts; events come
//! more than once and in any order, and their IDs are not unique. So nothing of an event is believed but where to look: which
//! contact of which account, and that it was deleted under privacy law, which the record itself cannot tell any more.

use std::collections::BTreeMap;

use serde_json::Value;

use super::batch::{number, text};
use super::kind::is_contact;
use crate::domain::changed::Changed;
use crate::domain::ids::{ContactId, CrmAccountId};
use crate::domain::properties::{LINE_ANSWERED_AT, LINE_USER_ID};
use crate::domain::provider::ProviderNumber;
use crate::ports::crm_caller::{Unreadable, VerifiedCall};

/// Portal and record IDs are numbers; nothing longer than this is one.
const LONGEST_ID: usize = 20;

/// The contacts to look at, by account, each once. Kinds that we do not know and elements that cannot be read are passed over.
///
/// # Errors
/// It is no JSON array.
pub fn parse(webhook: &VerifiedCall<'_>) -> Result<BTreeMap<CrmAccountId, Vec<Changed>>, Unreadable> {
    let events: Vec<Value> =
        serde_json::from_slice(webhook.body()).map_err(|_| Unreadable("the webhook is no JSON array"))?;
    let mut accounts: BTreeMap<CrmAccountId, BTreeMap<ContactId, bool>> = BTreeMap::new();
    for event in &events {
        let (Some(portal), Some(kind)) = (id(&event["portalId"]), Kind::of(event)) else { continue };
        let contacts = accounts.entry(CrmAccountId::new(portal)).or_default();
        for contact in kind.contacts(event) {
            *contacts.entry(ContactId::new(contact)).or_default() |= kind == Kind::PrivacyDeletion;
        }
    }
    let listed = |contacts: BTreeMap<ContactId, bool>| {
        contacts.into_iter().map(|(contact, forget)| Changed { contact, forget }).collect()
    };
    Ok(accounts.into_iter().map(|(portal, contacts)| (portal, listed(contacts))).collect())
}

/// The kinds that may concern a link.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Somebody wrote or emptied a property that we read.
    Property,
    Deletion,
    PrivacyDeletion,
    Merge,
    Restore,
}

impl Kind {
    fn of(event: &Value) -> Option<Self> {
        // Deliveries say `subscriptionType`; the table in HubSpot's guide says `eventType`.
        let kind = [&event["subscriptionType"], &event["eventType"]].into_iter().find_map(Value::as_str)?;
        let (object, kind) = kind.split_once('.')?;
        let is_of_contact = match object {
            "contact" => true,
            "object" => event["objectTypeId"].as_str().is_some_and(is_contact),
            _ => false,
        };
        let kind = match kind {
            "propertyChange" if is_read(&event["propertyName"]) && !is_ours(event) => Self::Property,
            "deletion" => Self::Deletion,
            "privacyDeletion" => Self::PrivacyDeletion,
            "merge" => Self::Merge,
            "restore" => Self::Restore,
            _ => return None,
        };
        is_of_contact.then_some(kind)
    }

    /// A merge concerns all that went into it, and what came out of it.
    fn contacts(self, event: &Value) -> Vec<String> {
        let mut contacts: Vec<String> = id(&event["objectId"]).into_iter().collect();
        if self == Self::Merge {
            let others = event["mergedObjectIds"].as_array().into_iter().flatten();
            contacts
                .extend([&event["primaryObjectId"], &event["newObjectId"]].into_iter().chain(others).filter_map(id));
        }
        contacts
    }
}

/// Whether a look reads this property.
///
/// Of tasks we hear nothing: HubSpot documents changes of properties for contacts and other records, and nowhere that tasks
/// can be subscribed to; an unknown subscription makes HubSpot refuse the whole project. So tasks are looked at
/// (`domain/conversation/task.rs`).
fn is_read(property: &Value) -> bool {
    let field = property.as_str().and_then(ProviderNumber::of_field);
    field.is_some_and(|(_, plain)| [LINE_USER_ID, LINE_ANSWERED_AT].contains(&plain))
}

/// Whether our own app made the change. How `sourceId` names an app is not documented: whatever is not surely ours is looked at.
fn is_ours(event: &Value) -> bool {
    let (Some(app), Some(source)) = (id(&event["appId"]), text(&event["sourceId"])) else { return false };
    event["changeSource"] == "INTEGRATION" && source.strip_prefix("appId:").unwrap_or(&source) == app
}

/// An ID: digits, as a number or as text.
fn id(value: &Value) -> Option<String> {
    number(value)
        .filter(|text| (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(events: &Value) -> Vec<(String, String, bool)> {
        let accounts = parse(&VerifiedCall::by_signature(events.to_string().as_bytes())).expect("an array");
        let each = accounts.into_iter().flat_map(|(portal, all)| all.into_iter().map(move |one| (portal.clone(), one)));
        each.map(|(portal, one)| (portal.to_string(), one.contact.to_string(), one.forget)).collect()
    }

    fn one(contact: &str, forget: bool) -> (String, String, bool) {
        ("9".to_owned(), contact.to_owned(), forget)
    }

    #[test]
    fn each_contact_is_named_once_whatever_came_how_often() {
        let deletion = json!({"portalId": 9, "objectId": 456, "subscriptionType": "contact.deletion"});
        let events = json!([
            deletion,
            {"portalId": 9, "objectId": 123, "subscriptionType": "object.merge", "objectTypeId": "0-1",
             "primaryObjectId": 123, "mergedObjectIds": [456], "newObjectId": 999},
            {"portalId": 9, "objectId": "456", "subscriptionType": "contact.privacyDeletion"},
            deletion,
            {"portalId": 9, "objectId": 7, "eventType": "contact.restore"},
            {"portalId": 9, "objectId": 8, "subscriptionType": "contact.propertyChange", "propertyName": "line_user_id"},
            {"portalId": 9, "objectId": 80, "subscriptionType": "contact.propertyChange", "propertyName": "line_answered_at"},
            {"portalId": 9, "objectId": 81, "subscriptionType": "contact.propertyChange", "propertyName": "line_user_id_2"},
        ]);
        let wanted = ["123", "456", "7", "8", "80", "81", "999"].map(|contact| one(contact, contact == "456"));
        assert_eq!(read(&events), wanted);
        let mut backwards = events.as_array().unwrap().clone();
        backwards.reverse();
        assert_eq!(read(&Value::Array(backwards)), wanted, "order says nothing");
    }

    #[test]
    fn what_concerns_no_link_or_cannot_be_read_is_passed_over_and_spoils_nothing() {
        let mut events = vec![
            json!(null),
            json!("x"),
            json!([1]),
            json!({}),
            json!({"portalId": 9, "objectId": 1}),
            json!({"portalId": 9, "objectId": 1, "subscriptionType": 5}),
            json!({"portalId": 9, "objectId": 1, "subscriptionType": "contact.creation"}),
            json!({"portalId": 9, "objectId": 1, "subscriptionType": "company.deletion"}),
            json!({"portalId": 9, "objectId": 1, "subscriptionType": "object.deletion", "objectTypeId": "0-2"}),
            json!({"portalId": 9, "objectId": 1, "subscriptionType": "contact.propertyChange", "propertyName": "email"}),
            json!({"portalId": 9, "objectId": -1, "subscriptionType": "contact.deletion"}),
            json!({"portalId": 9, "objectId": 1.5, "subscriptionType": "contact.deletion"}),
            json!({"portalId": 9, "objectId": "1".repeat(21), "subscriptionType": "contact.deletion"}),
            json!({"portalId": {}, "objectId": 1, "subscriptionType": "contact.deletion"}),
            json!({"portalId": 9, "objectId": 1, "subscriptionType": "contact.merge", "mergedObjectIds": "2"}),
        ];
        assert_eq!(read(&Value::Array(events.clone())), vec![one("1", false)]);
        events.push(json!({"portalId": 9, "objectId": 3, "subscriptionType": "contact.deletion", "new": [{}]}));
        assert_eq!(read(&Value::Array(events)), vec![one("1", false), one("3", false)]);
    }

    #[test]
    fn our_own_change_is_no_news_and_another_apps_is() {
        let change = |source: &str, id: Value| {
            json!([{"portalId": 9, "objectId": 1, "subscriptionType": "contact.propertyChange", "appId": 5,
                    "propertyName": "line_user_id", "changeSource": source, "sourceId": id}])
        };
        for ours in [json!("5"), json!(5), json!("appId:5")] {
            assert_eq!(read(&change("INTEGRATION", ours.clone())), vec![], "{ours}");
        }
        for (source, id) in
            [("INTEGRATION", json!("6")), ("INTEGRATION", json!(null)), ("CRM_UI", json!("5")), ("IMPORT", json!("5"))]
        {
            assert_eq!(read(&change(source, id.clone())).len(), 1, "{source} {id}");
        }
    }

    #[test]
    fn what_is_no_array_is_unreadable() {
        for bad in ["", "{}", "null", "[", "[1,]", "\u{feff}[]"] {
            assert_eq!(
                parse(&VerifiedCall::by_signature(bad.as_bytes())),
                Err(Unreadable("the webhook is no JSON array")),
                "{bad}"
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_that_was_signed_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&VerifiedCall::by_signature(&body));
        }
    }
}
