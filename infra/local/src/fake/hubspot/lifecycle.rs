//! What ends a record or joins two: deletion, privacy deletion, merge. The API and people in the CRM come the same way.

use serde_json::json;

use super::object_type::ObjectType;
use super::state::{Record, State, WaitingWebhook};
use super::store::{self, Write};

impl State {
    /// Plans a webhook event to the app: the common fields are filled in here.
    pub(crate) fn emit(&mut self, portal_id: u64, mut event: serde_json::Value) {
        let now_ms = self.now_ms();
        if self.app.webhook_url.is_none() {
            return;
        }
        let kind = event["subscriptionType"].as_str().unwrap_or_default();
        let newer = kind.strip_prefix("contact.").filter(|kind| *kind != "privacyDeletion");
        let newer = newer.filter(|_| self.app.object_subscriptions).map(|kind| format!("object.{kind}"));
        let subscription = 1000 + kind.bytes().map(u64::from).sum::<u64>();
        if let Some(newer) = newer {
            event["subscriptionType"] = json!(newer);
            event["objectTypeId"] = json!("0-1");
        }
        // How an app is named here is not documented.
        match event["changeSource"].as_str() {
            Some("INTEGRATION") => event["sourceId"] = json!(self.app.app_id.to_string()),
            Some("CRM_UI") => event["sourceId"] = json!("userId:9586504"),
            _ => {}
        }
        event["eventId"] = json!(self.ids.number());
        event["subscriptionId"] = json!(subscription);
        event["portalId"] = json!(portal_id);
        event["appId"] = json!(self.app.app_id);
        event["occurredAt"] = json!(now_ms);
        self.webhooks.push(WaitingWebhook { event, due_at_ms: now_ms, first_at_ms: now_ms, attempt: 0 });
    }

    pub(crate) fn delete_record(&mut self, portal_id: u64, kind: ObjectType, id: u64, source: &str) {
        store::remove(self, portal_id, kind, id, false);
        if kind == ObjectType::Contact {
            self.emit(portal_id, deletion(id, source));
        }
    }

    /// Takes a contact out of the recycle bin. A unique value that somebody else has by now is lost. False: it is not there.
    pub(crate) fn restore_contact(&mut self, portal_id: u64, id: u64) -> bool {
        if !store::restore(self, portal_id, ObjectType::Contact, id) {
            return false;
        }
        self.emit(
            portal_id,
            json!({"subscriptionType": "contact.restore", "objectId": id, "changeFlag": "RESTORED", "changeSource": "CRM_UI"}),
        );
        true
    }

    /// GDPR deletion: the record is gone, and both webhooks go out (in no promised order).
    pub(crate) fn purge_contact(&mut self, portal_id: u64, id: u64) {
        store::remove(self, portal_id, ObjectType::Contact, id, true);
        self.emit(portal_id, json!({"subscriptionType": "contact.privacyDeletion", "objectId": id}));
        self.emit(portal_id, deletion(id, "CRM_UI"));
    }

    /// Merges two contacts; returns the surviving ID. By default that is a new one. The primary's values win; which of two unique
    /// values survives is unverified at HubSpot: here the primary's.
    pub(crate) fn merge_records(&mut self, portal_id: u64, primary: u64, other: u64) -> Option<u64> {
        let contact = ObjectType::Contact;
        let portal = self.portal(portal_id);
        let (first, second) = (portal.live(contact, primary)?.clone(), portal.live(contact, other)?.clone());
        if primary == other {
            return None;
        }
        let keeps = portal.spec.keeps_primary_id_on_merge;
        let mut activities = portal.activities_of.get(&primary).cloned().unwrap_or_default();
        activities.extend(portal.activities_of.get(&other).cloned().unwrap_or_default());
        let mut losers = vec![other];
        if !keeps {
            losers.push(primary);
        }
        let writes = joined(first, second, &losers);
        for loser in &losers {
            store::remove(self, portal_id, contact, *loser, true);
        }
        let survivor = if keeps { primary } else { store::create(self, portal_id, contact, &[], "MERGE") };
        store::update(self, portal_id, contact, survivor, &writes, "MERGE");
        let portal = self.portal(portal_id);
        for loser in &losers {
            portal.merged.insert(*loser, survivor);
        }
        for activity in activities {
            portal.associate(activity, survivor);
        }
        self.emit(
            portal_id,
            json!({
                "subscriptionType": "contact.merge", "objectId": primary, "primaryObjectId": primary,
                "mergedObjectIds": [other], "newObjectId": survivor, "numberOfPropertiesMoved": writes.len(),
                "changeSource": "CRM_UI",
            }),
        );
        for loser in losers {
            self.emit(portal_id, deletion(loser, "CRM_UI"));
        }
        Some(survivor)
    }
}

/// The survivor's values: the primary's, then the other's, and whom it replaces.
fn joined(primary: Record, other: Record, losers: &[u64]) -> Vec<Write> {
    let own = ["hs_object_id", "createdate", "hs_createdate", "lastmodifieddate"];
    let mut values = other.properties;
    values.extend(primary.properties);
    values.retain(|name, _| !own.contains(&name.as_str()));
    let losers: Vec<String> = losers.iter().map(u64::to_string).collect();
    values.insert("hs_merged_object_ids".to_owned(), losers.join(";"));
    values.into_iter().map(|(name, value)| (name, Some(value))).collect()
}

fn deletion(id: u64, source: &str) -> serde_json::Value {
    json!({"subscriptionType": "contact.deletion", "objectId": id, "changeFlag": "DELETED", "changeSource": source})
}
