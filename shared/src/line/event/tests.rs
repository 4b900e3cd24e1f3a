use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

fn read(event: &Value) -> Result<LineEvent, EventFault> {
    let text = event.to_string();
    LineEvent::read(serde_json::from_str(&text).unwrap())
}

fn follow() -> Value {
    json!({"type": "follow", "timestamp": 1, "source": {"type": "user", "userId": "U1"}})
}

fn with(name: &str, value: Value) -> LineEvent {
    let mut event = follow();
    event[name] = value;
    read(&event).unwrap()
}

#[test]
fn an_id_of_lines_kind_is_kept_and_any_other_is_made_from_the_event() {
    assert_eq!(
        with("webhookEventId", json!("01K0TESTEV00000000000000ZZ")).inbound.id.as_str(),
        "01K0TESTEV00000000000000ZZ"
    );
    let made: Vec<_> = [json!("testwebhookeventid"), json!("01K0TESTEV00000000000000ZI"), json!(7), json!(null)]
        .into_iter()
        .map(|id| with("webhookEventId", id).inbound.id)
        .collect();
    for id in &made {
        assert_eq!(id.as_str().len(), 32, "{id}");
    }
    assert_ne!(made[0], made[1]);
}

#[test]
fn a_redelivery_of_an_event_without_an_id_is_the_same_event() {
    let first = with("replyToken", json!("a"));
    let mut again = follow();
    again["replyToken"] = json!("b");
    again["deliveryContext"] = json!({"isRedelivery": true});
    let again = read(&again).unwrap();
    assert_eq!((&first.inbound.id, first.redelivery), (&again.inbound.id, false));
    assert!(again.redelivery);
    assert_ne!(first.inbound.id, with("timestamp", json!(2)).inbound.id);
}

#[test]
fn what_lines_verify_button_made_up_is_told_from_what_somebody_did() {
    let (zeros, fs) = ("0".repeat(32), "f".repeat(32));
    for token in [&zeros, &fs] {
        assert!(with("replyToken", json!(token)).is_test);
    }
    let nobody = json!({"type": "user", "userId": "Udeadbeefdeadbeefdeadbeefdeadbeef"});
    assert!(with("source", nobody).is_test);
    for token in ["", "0", &zeros[1..], "00000000000000000000000000000001", "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"] {
        assert!(!with("replyToken", json!(token)).is_test, "{token}");
    }
    let somebody = json!({"type": "user", "userId": "Udeadbeefdeadbeefdeadbeefdeadbeee"});
    assert!(!with("source", somebody).is_test);
    assert!(!read(&follow()).unwrap().is_test);
}

#[test]
fn what_nothing_can_be_recorded_without_is_a_fault() {
    let table = [
        (json!([]), EventFault::NoObject),
        (json!({"timestamp": 1}), EventFault::NoType),
        (json!({"type": 1, "timestamp": 1}), EventFault::NoType),
        (json!({"type": "follow"}), EventFault::NoTimestamp),
        (json!({"type": "follow", "timestamp": -1}), EventFault::NoTimestamp),
        (json!({"type": "follow", "timestamp": 10_000_000_000_000_i64}), EventFault::NoTimestamp),
        (json!({"type": "follow", "timestamp": "1"}), EventFault::NoTimestamp),
        (json!({"type": "message", "timestamp": 1}), EventFault::Incomplete),
        (json!({"type": "message", "timestamp": 1, "message": {"type": "text", "text": "a"}}), EventFault::NoMessageId),
        (json!({"type": "message", "timestamp": 1, "message": {"type": "text", "id": "1"}}), EventFault::Incomplete),
        (json!({"type": "messageEdited", "timestamp": 1, "message": {"id": "1"}}), EventFault::Incomplete),
        (json!({"type": "unsend", "timestamp": 1}), EventFault::NoMessageId),
        (json!({"type": "postback", "timestamp": 1}), EventFault::Incomplete),
    ];
    for (event, fault) in table {
        assert_eq!(read(&event).unwrap_err(), fault, "{event}");
        assert!(!fault.words(Language::Japanese).is_empty() && fault.words(Language::English).is_ascii());
    }
}

#[test]
fn where_it_happened_and_who_did_it() {
    let user = || Some(LineUserId::new("U1"));
    let table = [
        (json!({"type": "user", "userId": "U1"}), Source::User(LineUserId::new("U1")), None),
        (json!({"type": "group", "groupId": "C1", "userId": "U1"}), Source::Group("C1".into()), user()),
        (json!({"type": "group", "groupId": "C1"}), Source::Group("C1".into()), None),
        (json!({"type": "room", "roomId": "R1", "userId": "U1"}), Source::Room("R1".into()), user()),
        (json!({"type": "user"}), Source::Channel, None),
        (json!({"type": "user", "userId": ""}), Source::Channel, None),
        (json!({"type": "planet", "userId": "U1"}), Source::Channel, None),
        (json!(null), Source::Channel, None),
    ];
    for (json, source, member) in table {
        let event = with("source", json.clone());
        assert_eq!((event.inbound.source, event.member), (source, member), "{json}");
    }
}

#[test]
fn a_postback_says_which_date_or_menu() {
    let table = [
        (json!({"date": "2013-04-01"}), Some("2013-04-01")),
        (json!({"time": "10:00"}), Some("10:00")),
        (json!({"datetime": "2013-04-01T10:00"}), Some("2013-04-01T10:00")),
        (json!({"newRichMenuAliasId": "tab-b", "status": "SUCCESS"}), Some("tab-b")),
        (json!({"status": "RICHMENU_NOTFOUND"}), Some("RICHMENU_NOTFOUND")),
        (json!({}), None),
    ];
    for (given, expected) in table {
        let mut event = follow();
        event["type"] = json!("postback");
        event["postback"] = json!({"data": "a=1", "params": given});
        let params = expected.map(str::to_owned);
        let content = Content::Postback { data: "a=1".into(), params };
        assert_eq!(read(&event).unwrap().inbound.what, InboundWhat::Said { content, message: None }, "{event}");
    }
}

#[test]
fn every_other_event_has_a_name_that_never_changes() {
    let table = [
        (json!({"type": "join"}), "join"),
        (json!({"type": "leave"}), "leave"),
        (json!({"type": "memberJoined", "joined": {"members": []}}), "memberJoined"),
        (json!({"type": "memberLeft", "left": {}}), "memberLeft"),
        (json!({"type": "videoPlayComplete", "videoPlayComplete": {"trackingId": "t"}}), "videoPlayComplete"),
        (json!({"type": "beacon", "beacon": {"hwid": "a", "type": "enter"}}), "beacon enter"),
        (json!({"type": "beacon", "beacon": {"hwid": "a", "type": "a b"}}), "beacon ?"),
        (json!({"type": "beacon"}), "beacon"),
        (json!({"type": "accountLink", "link": {"result": "ok", "nonce": "n"}}), "accountLink ok"),
        (json!({"type": "accountLink", "link": {"result": "failed", "nonce": "n"}}), "accountLink failed"),
        (json!({"type": "membership", "membership": {"type": "joined", "membershipId": 1}}), "membership joined"),
        (json!({"type": "membership", "membership": {"type": "renewed"}}), "membership renewed"),
        (json!({"type": "membership", "membership": {"type": "left"}}), "membership left"),
        (json!({"type": "delivery", "delivery": {"data": "d"}}), "delivery"),
        (json!({"type": "module", "module": {"type": "attached"}}), "module attached"),
        (json!({"type": "module", "module": {"type": "detached"}}), "module detached"),
        (json!({"type": "activated", "chatControl": {"expireAt": 1}}), "activated"),
        (json!({"type": "deactivated"}), "deactivated"),
        (json!({"type": "botSuspended"}), "botSuspended"),
        (json!({"type": "botResumed"}), "botResumed"),
    ];
    for (mut event, name) in table {
        event["timestamp"] = json!(1);
        let content = Content::Other { what: name.into() };
        assert_eq!(read(&event).unwrap().inbound.what, InboundWhat::Said { content, message: None }, "{event}");
    }
}

#[test]
fn nothing_that_belongs_to_a_person_is_in_debug() {
    let event = json!({
        "type": "message", "timestamp": 1, "replyToken": "SECRET",
        "source": {"type": "group", "groupId": "SECRET", "userId": "SECRET"},
        "message": {"type": "text", "id": "1", "text": "SECRET"},
    });
    let shown = format!("{:?}", read(&event).unwrap());
    assert!(!shown.contains("SECRET"), "{shown}");
}

proptest! {
    #[test]
    fn the_order_of_properties_and_whitespace_between_them_change_nothing(seed in any::<u64>()) {
        let event = json!({
            "type": "message", "timestamp": 5, "mode": "standby", "replyToken": "r",
            "webhookEventId": "odd", "source": {"type": "user", "userId": "U1"},
            "message": {"type": "text", "id": "1", "text": "a"},
        });
        let mut properties: Vec<(String, Value)> = event.as_object().unwrap().clone().into_iter().collect();
        let at = usize::try_from(seed % properties.len() as u64).unwrap();
        properties.rotate_left(at);
        let inner: Vec<String> = properties.iter().map(|(name, value)| format!(" \"{name}\" :\n{value} ")).collect();
        let text = format!("{{{}}}", inner.join(","));
        prop_assert_eq!(LineEvent::read(serde_json::from_str(&text).unwrap()), read(&event));
    }

    #[test]
    fn a_property_of_any_type_in_any_place_never_panics(name in "[a-zA-Z]{1,12}", value in json_value()) {
        for place in ["type", "timestamp", "source", "message", "postback", "follow", "unsend", "mode", "replyToken", &name] {
            let mut event = Map::new();
            event.insert("type".into(), json!(name));
            event.insert("timestamp".into(), json!(1));
            event.insert(place.into(), value.clone());
            let _ = read(&Value::Object(event));
        }
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|b| json!(b)),
        any::<i64>().prop_map(|n| json!(n)),
        ".*".prop_map(|s| json!(s))
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec(("(id|type|userId|text|data|params)", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

#[test]
fn a_messages_read_token_is_taken_and_none_that_no_row_should_hold() {
    let of = |token: Value| {
        let mut event = follow();
        event["type"] = json!("message");
        event["message"] = json!({"type": "text", "id": "1", "text": "a", "markAsReadToken": token});
        read(&event).unwrap().read_token.map(|token| token.expose().to_owned())
    };
    assert_eq!(of(json!("30yhdy232")).as_deref(), Some("30yhdy232"));
    for none in [json!(null), json!(7), json!(""), json!("x".repeat(1_025))] {
        assert_eq!(of(none), None);
    }
    assert_eq!(read(&follow()).unwrap().read_token, None);
}
