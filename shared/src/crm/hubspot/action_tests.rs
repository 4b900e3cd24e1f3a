use super::*;
use crate::domain::account::{CrmAccountKey, CrmKind};
use crate::domain::ids::{BotUserId, ChannelId};

/// From HubSpot's guide on custom workflow actions.
const DOCUMENTED: &str = r#"{"callbackId":"ap-102670506-56776413549-7-0","origin":{"portalId":102670506,
"actionDefinitionId":10646377,"actionDefinitionVersion":1},"context":{"source":"WORKFLOWS","workflowId":192814114},
"object":{"objectId":904,"properties":{"email":"ajenkenbb@gnu.org"},"objectType":"CONTACT"},
"inputFields":{"staticInput":"My Static Input","objectInput":"995","optionsInput":"1"}}"#;
/// The field set of a captured request in a public unit test; IDs altered.
const OBSERVED: &str = r#"{"callbackId":"ap-50000000-2384423471376-1-0","origin":{"portalId":50000000,"userId":null,
"actionDefinitionId":259551814,"actionDefinitionVersion":1,"actionExecutionIndexIdentifier":{"enrollmentId":2384423471376,
"actionExecutionIndex":0},"extensionDefinitionVersionId":1,"extensionDefinitionId":259551814},"context":{"workflowId":
1791092093,"actionId":1,"actionExecutionIndexIdentifier":{"enrollmentId":2384423471376,"actionExecutionIndex":0},
"source":"WORKFLOWS"},"object":{"objectId":153847279758,"objectType":"CONTACT"},"fields":{"message":"こんにちは"},
"inputFields":{"message":"こんにちは"},"typedInputs":{"message":{"value":"こんにちは","type":"STRING"}}}"#;

fn texts(request: &ActionRequest) -> Vec<(&'static str, &str)> {
    let each = request.messages.iter().map(|(name, input)| match input {
        MessageInput::Text(text) => (*name, text.as_str()),
        MessageInput::List => (*name, "[list]"),
    });
    each.collect()
}

fn read(body: &str) -> Result<ActionRequest, Unreadable> {
    parse(&VerifiedCall::by_signature(body.as_bytes()))
}

#[test]
fn both_known_shapes_are_read() {
    let documented = read(DOCUMENTED).unwrap();
    assert_eq!(documented.account.as_str(), "102670506");
    assert_eq!(documented.execution, Some(Execution::Callback(CallbackId::new("ap-102670506-56776413549-7-0"))));
    assert_eq!(documented.contact, Some(ContactId::new("904")));
    assert_eq!(documented.contact_properties["email"], "ajenkenbb@gnu.org");
    assert!(documented.messages.is_empty());
    let observed = read(OBSERVED).unwrap();
    assert_eq!(observed.contact, Some(ContactId::new("153847279758")));
    assert!(observed.contact_properties.is_empty());
}

#[test]
fn messages_keep_their_order_and_their_blanks_and_blank_ones_are_left_out() {
    let body = r#"{"callbackId":"c","origin":{"portalId":"1"},
        "inputFields":{"message_3":" three\n","message_1":"one","message_2":"  \n","tag":" t ","channel":"7","not_after":1798761600000},
        "fields":{"message_1":"not this","message_5":{"type":"text","text":"five"},"line_user_id":" U1 "}}"#;
    let request = read(body).unwrap();
    let five = r#"{"text":"five","type":"text"}"#;
    let texts = texts(&request);
    assert_eq!(texts[..2], [("message_1", "one"), ("message_3", " three\n")]);
    assert_eq!(texts[2].0, "message_5");
    assert_eq!(serde_json::from_str::<Value>(texts[2].1).unwrap(), serde_json::from_str::<Value>(five).unwrap());
    assert_eq!(request.messages.len(), 3);
    assert_eq!(request.tag.as_deref(), Some("t"));
    assert_eq!(request.channel.as_deref(), Some("7"));
    assert_eq!(request.not_after.as_deref(), Some("1798761600000"));
    assert_eq!(request.line_user_id, Some(LineUserId::new("U1")));
}

#[test]
fn without_a_callback_id_the_enrolment_tells_executions_apart() {
    let mut body: Value = serde_json::from_str(OBSERVED).unwrap();
    body["callbackId"] = Value::Null;
    let execution = read(&body.to_string()).unwrap().execution.unwrap();
    assert_eq!(execution.parts(), ["50000000", "259551814", "2384423471376", "0"]);
    assert_eq!(execution.callback(), None);
    body["origin"]["actionExecutionIndexIdentifier"] = Value::Null;
    assert_eq!(read(&body.to_string()).unwrap().execution, Some(execution), "the context says the same");
    body["context"] = Value::Null;
    assert_eq!(read(&body.to_string()).unwrap().execution, None);
}

#[test]
fn a_list_of_short_texts_is_one_text_and_any_other_list_is_told_apart() {
    let long = "長".repeat(201);
    for (value, text) in [
        (json!(["a", "b"]), Some("a、b")),
        (json!(["a", " ", 7, 7.0]), Some("a、7、7")),
        (json!([long]), Some(long.as_str())),
        (json!([" ", ""]), None),
        (json!([]), None),
        (json!([["a"]]), Some("[list]")),
        (json!(["a", {"b": 1}]), Some("[list]")),
        (json!(["a", true]), Some("[list]")),
        (json!(["a", null]), Some("[list]")),
        (json!(["a", "{b}"]), Some("[list]")),
        (json!(["a", long]), Some("[list]")),
        (json!(vec!["a"; 51]), Some("[list]")),
        (json!([{"type": "text"}]), Some(r#"[{"type":"text"}]"#)),
    ] {
        let body = json!({"origin": {"portalId": 1}, "inputFields": {"message_1": value}});
        let request = read(&body.to_string()).unwrap();
        assert_eq!(texts(&request).first().map(|(_, text)| *text), text, "{value}");
    }
}

#[test]
fn a_property_without_a_value_is_there_and_empty_and_none_is_json() {
    let properties =
        json!({"firstname": null, "lastname": "", "city": "京都", "tags": ["a", "b"], "odd": {"a": 1}, "old": [["a"]]});
    let body = json!({"origin": {"portalId": 1}, "object": {"objectId": 5, "properties": properties}});
    let read = read(&body.to_string()).unwrap().contact_properties;
    let values: Vec<(&str, &str)> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let expected = [("city", "京都"), ("firstname", ""), ("lastname", ""), ("odd", ""), ("old", ""), ("tags", "a、b")];
    assert_eq!(values, expected);
}

#[test]
fn a_record_that_is_no_contact_is_nobody_and_said_to_be_none() {
    let mut body: Value = serde_json::from_str(DOCUMENTED).unwrap();
    let mut contact_of = |object: Value| {
        body["object"] = object;
        let request = read(&body.to_string()).unwrap();
        (request.contact.map(|contact| contact.as_str().to_owned()), request.is_other_record)
    };
    for kind in ["COMPANY", "DEAL", "0-3", "2-4711", "contact_list", ""] {
        assert_eq!(contact_of(json!({"objectId": 904, "objectType": kind})), (None, true), "{kind}");
        assert_eq!(contact_of(json!({"objectId": 904, "objectTypeId": kind})), (None, true), "{kind}");
    }
    for kind in ["CONTACT", "contact", "Contacts", " CONTACTS ", "0-1"] {
        assert_eq!(contact_of(json!({"objectId": 904, "objectType": kind})), (Some("904".to_owned()), false), "{kind}");
    }
    for object in [json!({"objectId": "904.0"}), json!({"objectId": 904.0, "objectType": null, "objectTypeId": "0-1"})]
    {
        assert_eq!(contact_of(object.clone()), (Some("904".to_owned()), false), "{object}");
    }
    assert_eq!(
        contact_of(json!({"objectType": "CONTACT"})),
        (None, false),
        "a contact without a number is not another kind"
    );
}

#[test]
fn an_execution_is_the_same_however_its_numbers_are_written() {
    let parts = |number: Value| {
        let index = json!({"enrollmentId": number, "actionExecutionIndex": 0});
        let origin = json!({"portalId": number, "actionDefinitionId": number, "actionExecutionIndexIdentifier": index});
        let request = read(&json!({"origin": origin}).to_string()).unwrap();
        request.execution.unwrap().parts().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(parts(json!(24_000_001)), ["24000001", "24000001", "24000001", "0"]);
    assert_eq!(parts(json!(24_000_001.0)), parts(json!(24_000_001)));
    assert_eq!(parts(json!("24000001.0")), parts(json!(24_000_001)));
}

#[test]
fn what_is_no_request_is_refused_without_a_panic() {
    let deep = "[".repeat(10_000);
    for body in ["", "[]", "null", "{", "\u{feff}{}", deep.as_str(), "{\"callbackId\":\"\\ud800\"}"] {
        assert_eq!(read(body), Err(Unreadable("the request is no JSON object")), "{}", &body[..body.len().min(20)]);
    }
    for body in ["{}", r#"{"origin":[]}"#, r#"{"origin":{"portalId":null}}"#, r#"{"origin":{"portalId":" "}}"#] {
        assert_eq!(read(body), Err(Unreadable("the request names no account")), "{body}");
    }
    let odd = r#"{"origin":{"portalId":1},"inputFields":[1],"fields":"x","object":7,"context":[],"callbackId":{}}"#;
    assert!(read(odd).unwrap().messages.is_empty());
}

#[test]
fn debug_shows_neither_words_nor_people() {
    let body = r#"{"callbackId":"c","origin":{"portalId":1},"object":{"objectId":5,"properties":{"firstname":"Taro"}},
        "inputFields":{"message_1":"secret words","line_user_id":"U0123456789abcdef0123456789abcdef","tag":"secret tag"}}"#;
    let shown = format!("{:?}", read(body).unwrap());
    for private in ["secret", "Taro", "U0123", "firstname"] {
        assert!(!shown.contains(private), "{shown}");
    }
}

#[test]
fn a_block_says_how_long_in_iso_8601() {
    let sample = r#"{"outputFields":{"hs_execution_state":"BLOCK","hs_expiration_duration":"PT1H"}}"#;
    assert_eq!(block(3_600_000), serde_json::from_str::<Value>(sample).unwrap());
    for (ms, text) in
        [(176_400_000, "PT49H"), (90_000, "PT90S"), (5_400_999, "PT90M"), (0, "PT1S"), (i64::MAX, "PT8760H")]
    {
        assert_eq!(block(ms)["outputFields"]["hs_expiration_duration"], text);
    }
}

#[test]
fn an_end_carries_its_outputs_and_no_output_can_change_its_state() {
    let outputs = BTreeMap::from([
        ("outcome".to_owned(), "queued".to_owned()),
        ("hs_execution_state".to_owned(), "ASYNC".to_owned()),
    ]);
    let answer = done(false, &outputs);
    assert_eq!(answer, json!({"outputFields": {"outcome": "queued", "hs_execution_state": "FAIL_CONTINUE"}}));
    assert_eq!(done(true, &outputs)["outputFields"]["hs_execution_state"], "SUCCESS");
}

fn channel(id: &str, name: &str, basic_id: &str) -> Channel {
    let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("1") };
    Channel::new(ChannelId::new(id), BotUserId::new("U1"), name, basic_id, account)
}

#[test]
fn official_accounts_are_offered_by_name_and_found_by_what_is_typed() {
    let channels = [channel("100", "本店", "@honten"), channel("200", "Cafe KYOTO", ""), channel("300", "", "")];
    let all = options(&channels, None);
    assert_eq!(all["options"][0], json!({"label": "本店 (@honten)", "description": "@honten", "value": "100"}));
    assert_eq!(all["options"][1]["label"], "Cafe KYOTO");
    assert_eq!(all["options"][2]["label"], "300");
    assert_eq!(all["searchable"], true);
    for (search, found) in [("本", "100"), ("HONTEN", "100"), ("kyoto", "200"), ("30", "300")] {
        let some = options(&channels, Some(search));
        assert_eq!(some["options"].as_array().unwrap().len(), 1, "{search}");
        assert_eq!(some["options"][0]["value"], found);
    }
    assert_eq!(options(&channels, Some("nothing"))["options"], json!([]));
}

#[test]
fn the_question_for_options_is_read_with_and_without_what_was_typed() {
    // From HubSpot's guide on custom workflow actions.
    let documented = r#"{"origin":{"portalId":1,"actionDefinitionId":2,"actionDefinitionVersion":3},"objectTypeId":"0-1",
        "inputFieldName":"optionsInput","inputFields":{"widgetName":{"type":"OBJECT_PROPERTY","propertyName":"widget_name"},
        "widgetColor":{"type":"STATIC_VALUE","value":"blue"}},"fetchOptions":{"q":"option label","after":"1234="}}"#;
    let asked = parse_options(&VerifiedCall::by_signature(documented.as_bytes())).unwrap();
    assert_eq!(asked.account.as_str(), "1");
    assert_eq!(asked.field.as_deref(), Some("optionsInput"));
    assert_eq!(asked.search.as_deref(), Some("option label"));
    let bare = parse_options(&VerifiedCall::by_signature(br#"{"origin":{"portalId":1}}"#)).unwrap();
    assert_eq!((bare.field, bare.search), (None, None));
}
