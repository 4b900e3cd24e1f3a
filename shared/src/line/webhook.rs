//! A webhook's body: who it is for, and its events one by one.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use super::event::{EventFault, LineEvent};

/// The outermost level, and no deeper: what is wrong inside an event is that event's matter.
#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    pub(super) destination: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) events: Vec<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    pub(super) fn read(body: &'a [u8]) -> Result<Self, UnreadableWebhook> {
        serde_json::from_slice(body).map_err(|_| UnreadableWebhook)
    }

    /// A webhook with this event alone.
    fn with_one(&self, event: &RawValue) -> Vec<u8> {
        let destination = serde_json::to_string(&self.destination).expect("a text is always JSON");
        format!(r#"{{"destination":{destination},"events":[{}]}}"#, event.get()).into_bytes()
    }
}

/// The body is not `{destination, events}` in UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the webhook's body is not what LINE sends")]
pub struct UnreadableWebhook;

/// An event that cannot be recorded as it is. Its neighbours can.
#[derive(Clone, PartialEq, Eq, Error)]
#[error("{fault}")]
pub struct UnreadableEvent {
    /// Why; `words` has it for operators.
    pub fault: EventFault,
    /// A webhook's body with this event alone, exactly as LINE wrote it: to be put aside.
    pub body: Vec<u8>,
}

impl fmt::Debug for UnreadableEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnreadableEvent").field("fault", &self.fault).finish_non_exhaustive()
    }
}

/// Cuts a webhook into webhooks of one event each, in order, every event's text exactly as it was.
/// Nothing for a webhook without events; a body that cannot be read stays whole.
pub fn split_by_event(body: &[u8]) -> Vec<Vec<u8>> {
    match Envelope::read(body) {
        Ok(envelope) => envelope.events.iter().map(|event| envelope.with_one(event)).collect(),
        Err(UnreadableWebhook) => vec![body.to_vec()],
    }
}

/// Reads a webhook's events, each by itself, in the order of [`split_by_event`].
///
/// # Errors
/// Where the body as a whole cannot be read.
pub fn events(body: &[u8]) -> Result<Vec<Result<LineEvent, UnreadableEvent>>, UnreadableWebhook> {
    let envelope = Envelope::read(body)?;
    let read = |event: &&RawValue| {
        LineEvent::read(event).map_err(|fault| UnreadableEvent { fault, body: envelope.with_one(event) })
    };
    Ok(envelope.events.iter().map(read).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::activity::Content;
    use crate::flow::record::InboundWhat;

    fn said(text: &str) -> String {
        format!(r#"{{"type":"message","timestamp":1,"message":{{"type":"text","id":"1","text":"{text}"}}}}"#)
    }

    #[test]
    fn one_unreadable_event_spoils_no_other_and_can_be_put_aside() {
        let body =
            format!(r#"{{"destination":"U\"1","events":[{}, 7 ,{{"type":"message"}},{}]}}"#, said("a"), said("b"));
        let read = events(body.as_bytes()).unwrap();
        let faults: Vec<_> = read.iter().map(|event| event.as_ref().err().map(|e| e.fault)).collect();
        assert_eq!(faults, [None, Some(EventFault::NoObject), Some(EventFault::NoTimestamp), None]);
        let aside = &read[1].as_ref().unwrap_err().body;
        assert_eq!(aside.as_slice(), br#"{"destination":"U\"1","events":[7]}"#);
        assert!(!format!("{:?}", read[1]).contains('7'));
    }

    #[test]
    fn the_parts_of_a_webhook_read_as_the_whole_did() {
        let body = format!(r#"{{"x":[[[1]]],"events":[{},{}],"destination":"U1"}}"#, said("a"), said("b\\n<&"));
        let parts = split_by_event(body.as_bytes());
        let from_parts: Vec<_> = parts.iter().flat_map(|part| events(part).unwrap()).collect();
        assert_eq!(from_parts, events(body.as_bytes()).unwrap());
        assert!(String::from_utf8(parts[1].clone()).unwrap().contains(&said("b\\n<&")));
    }

    #[test]
    fn what_is_no_webhook_stays_whole_and_no_events_are_no_parts() {
        assert_eq!(split_by_event(b"\xFFnot json"), [b"\xFFnot json"]);
        assert!(split_by_event(br#"{"destination":"U1","events":[]}"#).is_empty());
    }

    #[test]
    fn an_event_nested_beyond_reason_is_still_read() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let event = said("a").replacen('{', &format!(r#"{{"future":{deep},"#), 1);
        let body = format!(r#"{{"destination":"U1","events":[{event},{deep}],"future":{deep}}}"#);
        let read = events(body.as_bytes()).unwrap();
        let InboundWhat::Said { content, .. } = &read[0].as_ref().unwrap().inbound.what else { panic!() };
        assert_eq!(*content, Content::Text { text: "a".into() });
        assert_eq!(read[1].as_ref().unwrap_err().fault, EventFault::NoObject);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = events(&body);
            let _ = split_by_event(&body);
        }

        #[test]
        fn no_text_in_an_event_makes_it_panic(event in "\\PC{0,80}", kind in "(message|postback|follow|unsend|beacon|x)") {
            let value = serde_json::to_string(&event).unwrap();
            let object = format!(r#"{{"type":"{kind}","timestamp":5,"message":{{"id":"1","type":{value},"text":{value}}},"{kind}":{value},"source":{event}}}"#);
            for body in [&event, &value, &object] {
                let body = format!(r#"{{"destination":"U1","events":[{body}]}}"#);
                if let Ok(read) = events(body.as_bytes()) {
                    prop_assert_eq!(read.len(), split_by_event(body.as_bytes()).len());
                }
            }
        }
    }
}
