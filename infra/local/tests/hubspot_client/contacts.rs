use local::fake::hubspot::{Endpoint, ObjectType};
use local::fake::{Fault, Plan};
use musubi::crm::hubspot::PROPERTY_DOESNT_EXIST;
use musubi::domain::ids::ContactId;
use musubi::ports::crm::{ContactWrite, CrmFailure, PersonWrite};

use crate::support::{PORTAL, World, number, person, properties, user};

#[tokio::test]
async fn writing_the_same_person_again_makes_one_contact() {
    let world = World::start(true).await;
    let crm = world.crm().await;
    let first = crm.upsert_people(&[person(1, "a"), person(2, "b"), person(1, "c")]).await;
    let again = crm.upsert_people(&[person(1, "d")]).await;
    assert_eq!(first[0], first[2]);
    assert_eq!(first[0], again[0]);
    assert_ne!(first[0], first[1]);
    let contacts = world.fake.contacts(PORTAL);
    assert_eq!(contacts.len(), 2);
    assert_eq!(contacts[0].properties["line_user_name"], "d");
}

#[tokio::test]
async fn whoever_names_a_person_is_found_with_the_time_at_which_that_was_written() {
    let world = World::start(true).await;
    let crm = world.crm().await;
    assert!(crm.find_person("line_user_id", &user(1)).await.unwrap().is_none());
    let before_ms = world.clock.now_ms();
    let contact = crm.upsert_people(&[person(1, "a")]).await.remove(0).unwrap();
    let since_ms =
        crm.find_person("line_user_id", &user(1)).await.unwrap().expect("it is there").since_ms.expect("a time");
    assert!((before_ms..=world.clock.now_ms()).contains(&since_ms));
    // What else is written there changes nothing of it; who is written there anew does.
    world.clock.advance_ms(60_000);
    assert!(crm.upsert_people(&[person(1, "b")]).await[0].is_ok());
    let found = crm.find_person("line_user_id", &user(1)).await.unwrap().expect("there");
    assert_eq!((found.contact, found.since_ms), (contact.clone(), Some(since_ms)));
    for id in ["", user(1).expose()] {
        let write = ContactWrite { contact: contact.clone(), properties: properties(&[("line_user_id", id)]) };
        assert!(crm.update_contacts(&[write]).await[0].is_ok());
    }
    assert!(
        crm.find_person("line_user_id", &user(1)).await.unwrap().expect("there").since_ms >= Some(since_ms + 60_000)
    );
    let calls = world.fake.ledger().calls;
    assert!(calls.iter().all(|call| !call.path.contains(user(1).expose())), "an ID of a person stands in an address");
}

#[tokio::test]
async fn one_bad_person_among_250_is_refused_alone() {
    let world = World::start(true).await;
    let mut people: Vec<PersonWrite> = (0..250).map(|n| person(n, "x")).collect();
    people[137].properties = properties(&[("no_such_property", "1")]);
    let answers = world.crm().await.upsert_people(&people).await;
    for (place, answer) in answers.iter().enumerate() {
        match answer {
            Ok(_) => assert_ne!(place, 137),
            Err(failure) => {
                assert_eq!(place, 137, "{failure:?}");
                assert_eq!(*failure, CrmFailure::NotReady { code: PROPERTY_DOESNT_EXIST.to_owned() });
            }
        }
    }
    assert_eq!(world.fake.contacts(PORTAL).len(), 249);
    assert_eq!(world.calls("contacts/batch/upsert"), 3);
}

#[tokio::test]
async fn an_upsert_whose_answer_is_lost_is_repeated_and_makes_one_contact() {
    let world = World::start(true).await;
    world.fake.fault(Endpoint::BatchUpsert(ObjectType::Contact), Fault::LoseAnswerAfterEffect, Plan::Next(2));
    let answers = world.crm().await.upsert_people(&[person(1, "a")]).await;
    assert!(answers[0].is_ok());
    assert_eq!(world.fake.contacts(PORTAL).len(), 1);
    assert_eq!(world.calls("contacts/batch/upsert"), 3);
}

#[tokio::test]
async fn when_nothing_answers_the_rest_is_not_attempted() {
    let world = World::start(true).await;
    world.fake.fault(Endpoint::BatchUpsert(ObjectType::Contact), Fault::FailAfterEffect(502), Plan::Every(1));
    let people: Vec<PersonWrite> = (0..150).map(|n| person(n, "x")).collect();
    let answers = world.crm().await.upsert_people(&people).await;
    assert!(answers[..100].iter().all(|answer| *answer == Err(CrmFailure::Unknown)));
    assert!(answers[100..].iter().all(|answer| matches!(answer, Err(CrmFailure::Later { .. }))));
    assert_eq!(world.calls("contacts/batch/upsert"), 3);
}

#[tokio::test]
async fn changes_and_reads_follow_a_merge_and_never_create() {
    for get_follows in [false, true] {
        let world = World::start(true).await;
        world.fake.switch(|switches| switches.single_get_follows_merge = get_follows);
        let crm = world.crm().await;
        let (a, b, c) =
            (world.contact("a@example.com"), world.contact("b@example.com"), world.contact("c@example.com"));
        let merged = world.merge(&a, &b);
        let write = |contact: &ContactId| ContactWrite {
            contact: contact.clone(),
            properties: properties(&[("line_user_name", "x")]),
        };
        let ids = crm.update_contacts(&[write(&c), write(&b)]).await;
        assert_eq!(ids, [Ok(c.clone()), Ok(merged.clone())]);
        assert_eq!(
            world.fake.record(PORTAL, ObjectType::Contact, number(&merged)).unwrap().properties["line_user_name"],
            "x"
        );
        let read = crm.read_contacts(&[c.clone(), b.clone(), a], &["email", "line_user_name"]).await;
        assert_eq!(read[0].as_ref().unwrap().properties.get("email"), Some("c@example.com"));
        for old in [&read[1], &read[2]] {
            assert_eq!(old.as_ref().unwrap().contact, merged);
            assert_eq!(old.as_ref().unwrap().properties.get("line_user_name"), Some("x"));
        }
        assert_eq!(world.fake.contacts(PORTAL).len(), 2);
    }
}

#[tokio::test]
async fn a_deleted_contact_is_gone_and_stays_so() {
    let world = World::start(true).await;
    let crm = world.crm().await;
    let (gone, there) = (world.contact("a@example.com"), world.contact("b@example.com"));
    world.fake.gdpr_delete(PORTAL, number(&gone));
    let write = |contact: &ContactId| ContactWrite {
        contact: contact.clone(),
        properties: properties(&[("line_follows", "true")]),
    };
    let ids = crm.update_contacts(&[write(&gone), write(&there)]).await;
    assert_eq!(ids, [Err(CrmFailure::Gone), Ok(there.clone())]);
    let read = crm.read_contacts(&[gone, there], &[]).await;
    assert_eq!(read[0].as_ref().unwrap_err(), &CrmFailure::Gone);
    assert!(read[1].is_ok());
    assert_eq!(world.fake.contacts(PORTAL).len(), 1);
}

#[tokio::test]
async fn an_outage_does_not_make_contacts_look_deleted() {
    let world = World::start(true).await;
    let crm = world.crm().await;
    let contact = world.contact("a@example.com");
    world.fake.fault(Endpoint::BatchRead(ObjectType::Contact), Fault::CloseBeforeEffect, Plan::Next(3));
    let read = crm.read_contacts(std::slice::from_ref(&contact), &[]).await;
    assert_eq!(read[0].as_ref().unwrap_err(), &CrmFailure::Unknown);
    assert!(crm.read_contacts(&[contact], &[]).await[0].is_ok());
}

#[tokio::test]
async fn an_email_address_that_another_contact_has_is_a_conflict() {
    let world = World::start(true).await;
    let crm = world.crm().await;
    world.contact("taken@example.com");
    let made = crm
        .upsert_people(&[PersonWrite { id_field: "line_user_id", user: user(1), properties: properties(&[]) }])
        .await;
    let write =
        ContactWrite { contact: made[0].clone().unwrap(), properties: properties(&[("email", "taken@example.com")]) };
    assert_eq!(crm.update_contacts(&[write]).await, [Err(CrmFailure::Taken)]);
}

#[tokio::test]
async fn an_archived_property_is_told_in_one_call_and_not_searched_for() {
    let world = World::start(true).await;
    world.fake.archive_property(PORTAL, ObjectType::Contact, "line_user_name");
    let people: Vec<PersonWrite> = (0..100).map(|n| person(n, "x")).collect();
    let answers = world.crm().await.upsert_people(&people).await;
    let refused = Err(CrmFailure::NotReady { code: PROPERTY_DOESNT_EXIST.to_owned() });
    assert!(answers.iter().all(|answer| *answer == refused));
    assert_eq!(world.calls("contacts/batch/upsert"), 1);
}

#[tokio::test]
async fn the_owner_is_read_with_the_contact() {
    let world = World::start(true).await;
    let id = world.fake.create_contact(PORTAL, &[("email", "a@example.com"), ("hubspot_owner_id", "41629779")]);
    let contact = ContactId::new(id.to_string());
    let read = world.crm().await.read_contacts(&[contact.clone(), contact], &["line_user_name"]).await;
    assert_eq!(read.len(), 2);
    assert_eq!(read[1].as_ref().unwrap().owner.as_deref(), Some("41629779"));
    assert_eq!(read[1].as_ref().unwrap().properties.get("line_user_name"), None);
}
