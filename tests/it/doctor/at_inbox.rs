//! What can be wrong with HubSpot's inbox.

use local::seed::{APP_ID, PORTAL_ID};
use musubi::domain::account::CrmKind;
use musubi::domain::ids::CrmAppId;
use musubi::ports::table::Commit;

use super::at_crm::grant_without;
use super::ward::Ward;
use crate::crm_inbox;

pub async fn make(ward: &mut Ward, code: &'static str) {
    crm_inbox::open_in(&ward.app).await;
    let hubspot = ward.app.world.hubspot.clone();
    let place = hubspot.channel_accounts(PORTAL_ID)[0].id;
    match code {
        "inbox.scopes_missing" => grant_without(ward, "conversations.custom_channels.write").await,
        "inbox.gone" => hubspot.remove_channel_account(place),
        "inbox.closed" => hubspot.authorize_channel_account(place, false),
        "inbox.address_differs" => told_elsewhere(ward).await,
        _ => panic!("{code} has no row"),
    }
}

/// The address was told when this Musubi was elsewhere.
async fn told_elsewhere(ward: &Ward) {
    let inboxes = ward.adapters().inboxes().expect("inboxes");
    let app = CrmAppId::new(APP_ID.to_string());
    let mut found = inboxes.find(CrmKind::HubSpot, &app).await.expect("it reads").expect("a row");
    found.value.call_base = Some(format!("https://before.invalid/crm/hubspot/{app}/inbox/"));
    assert_eq!(inboxes.put((CrmKind::HubSpot, &app), &found.value, found.version).await.expect("stored"), Commit::Done);
}
