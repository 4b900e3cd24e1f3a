//! Of which LINE provider a further Official Account is: no API tells, so it is asked, and another one gets fields of its own.

use local::fake::hubspot::ObjectType;
use local::seed::{CHANNEL_ID, CHANNEL_SECRET, FREE_CHANNEL_ID, FREE_CHANNEL_SECRET, PORTAL_ID};
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::operator::Role;
use reqwest::StatusCode;
use serde_json::json;

use super::browser::Browser;
use super::install::property;
use super::wizard::{nothing_is_stored, sealed};
use crate::app::App;
use crate::doctor::ward::{Ward, codes};

#[tokio::test(flavor = "multi_thread")]
async fn of_which_line_provider_a_further_one_is_must_be_said_and_another_gets_fields_of_its_own() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    hanako.language = "en";
    let again = hanako.types(CHANNEL_ID, CHANNEL_SECRET).await;
    assert!(!again.has("name=\"provider\""), "one that is connected stays what it is");
    let typed = hanako.types(FREE_CHANNEL_ID, FREE_CHANNEL_SECRET).await;
    assert!(typed.has("LINE provider") && typed.says("The same provider as “"), "{}", typed.html);
    let (token, sealed) = (typed.token(), sealed(&typed));
    let fields = |provider: &'static str| {
        let cuts_off = ("cuts_off", "bot.other-tool.example");
        [("token", &*token), ("sealed", &*sealed), cuts_off, ("provider", provider)]
    };
    for (said, says) in [
        ("", "Choose the LINE provider"),
        ("0", "Choose the LINE provider"),
        ("9", "Choose the LINE provider"),
        ("2", "No Official Account of this account is of the provider"),
    ] {
        let refused = hanako.post("/console/connect/confirm", &fields(said)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(refused.has("role=\"alert\"") && refused.has(says), "{said}: {}", refused.html);
        nothing_is_stored(&app, said).await;
    }
    // What stands in the way at HubSpot is named, and nothing is stored.
    let kind = ObjectType::Contact;
    let theirs = json!({"name": "line_follows_2", "label": "x", "groupName": "contactinformation", "type": "string", "fieldType": "text"});
    property(&app, PORTAL_ID, &theirs).await;
    let refused = hanako.post("/console/connect/confirm", &fields("another")).await;
    assert!(refused.says("“line_follows_2” is of type string/text"), "{}", refused.html);
    nothing_is_stored(&app, "a property in the way").await;
    app.world.hubspot.archive_property(PORTAL_ID, kind, "line_follows_2");

    // Twice is the same as once. HubSpot's rate limit is by a clock that stands still here.
    for _ in 0..2 {
        app.minutes_pass(1);
        let done = hanako.post("/console/connect/confirm", &fields("another")).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.html);
    }
    // Whoever says otherwise afterwards changes nothing, and is told.
    app.minutes_pass(1);
    let otherwise = hanako.post("/console/connect/confirm", &fields("1")).await;
    assert_eq!(otherwise.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(otherwise.says("This Official Account's links are known"), "{}", otherwise.html);
    let account = app.account().await;
    let second = account.provider_of(&ChannelId::new(FREE_CHANNEL_ID));
    assert_eq!((second.get(), account.provider_of(&ChannelId::new(CHANNEL_ID)).get()), (2, 1));
    let property = app.world.hubspot.property(PORTAL_ID, kind, "line_user_id_2").expect("it is made");
    assert_eq!(property["hasUniqueValue"], json!(true), "a contact has one, and one contact has it");
    assert!(app.world.hubspot.property(PORTAL_ID, kind, "line_last_outcome_2").is_none(), "one for all");
    // What is missing of them the doctor finds.
    app.world.hubspot.archive_property(PORTAL_ID, kind, "line_route_2");
    let found = Ward::of(app).doctor().examine().await.findings;
    let missing = found.iter().find(|finding| finding.complaint.code == "crm.property_missing");
    let missing = missing.unwrap_or_else(|| panic!("{:?}", codes(&found)));
    assert!(missing.wrong(Language::English).contains("line_route_2"));
}
