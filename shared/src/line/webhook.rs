//! A webhook's body: who it is for, and its events one by one.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use super::event::{EventFault, Fields, LineEvent, event_id};
use crate::domain::activity::Place;
use crate::domain::ids::{EventId, fingerprint};

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

    /// Where each event stands; `whole` says it of the only event of a part.
    fn places(&self, whole: Option<&Place>) -> impl Iterator<Item = Place> {
        let name = |event: &&RawValue| match Fields::read(event) {
            Some(fields) => event_id(&fields),
            None => EventId::new(fingerprint(&[event.get()])),
        };
        let (webhook, first) = match whole {
            Some(whole) => (Some(whole.webhook.clone()), whole.number),
            None => (self.events.first().map(name), 0),
        };
        (first..).map_while(move |number| Some(Place { webhook: webhook.clone()?, number, message: None }))
    }
}

/// A webhook with one event out of another.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// Its body, the event's text exactly as LINE wrote it.
    pub body: Vec<u8>,
    /// Where the event stands in the webhook that it is from. `None` for a body that cannot be read.
    pub place: Option<Place>,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("place", &self.place).finish_non_exhaustive()
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
    /// The event alone: to be dead-lettered.
    pub part: Part,
}

impl fmt::Debug for UnreadableEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnreadableEvent").field("fault", &self.fault).finish_non_exhaustive()
    }
}

/// Cuts a webhook into webhooks of one event each, in order, every event's text exactly as it was. A part (`place` is what it
/// was cut out with) is cut into itself. Nothing for a webhook without events; a body that cannot be read stays whole.
pub fn split_by_event(body: &[u8], place: Option<&Place>) -> Vec<Part> {
    match Envelope::read(body) {
        Ok(envelope) => {
            let part = |(event, place): (&&RawValue, _)| Part { body: envelope.with_one(event), place: Some(place) };
            envelope.events.iter().zip(envelope.places(place)).map(part).collect()
        }
        Err(UnreadableWebhook) => vec![Part { body: body.to_vec(), place: None }],
    }
}

/// Reads a webhook's events, each by itself, in the order of [`split_by_event`]. A part is read with the place that it was cut
/// out with, and reads as it would have in the whole.
///
/// # Errors
/// Where the body as a whole cannot be read.
pub fn events(
    body: &[u8],
    place: Option<&Place>,
) -> Result<Vec<Result<LineEvent, UnreadableEvent>>, UnreadableWebhook> {
    let envelope = Envelope::read(body)?;
    let read = |(event, place): (&&RawValue, Place)| match LineEvent::read(event) {
        Ok(mut event) => {
            event.inbound.place = Some(Place { message: event.inbound.message().cloned(), ..place });
            Ok(event)
        }
        Err(fault) => Err(UnreadableEvent { fault, part: Part { body: envelope.with_one(event), place: Some(place) } }),
    };
    Ok(envelope.events.iter().zip(envelope.places(place)).map(read).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::activity::Content;
    use crate::domain::inbound::InboundWhat;

    fn said(text: &str) -> String {
        format!(r#"{{"type":"message","timestamp":1,"message":{{"type":"text","id":"1","text":"{text}"}}}}"#)
    }

    #[test]
    fn one_unreadable_event_spoils_no_other_and_can_be_dead_lettered() {
        let body =
            format!(r#"{{"destination":"U\"1","events":[{}, 7 ,{{"type":"message"}},{}]}}"#, said("a"), said("b"));
        let read = events(body.as_bytes(), None).unwrap();
        let faults: Vec<_> = read.iter().map(|event| event.as_ref().err().map(|e| e.fault)).collect();
        assert_eq!(faults, [None, Some(EventFault::NoObject), Some(EventFault::NoTimestamp), None]);
        let aside = &read[1].as_ref().unwrap_err().part;
        assert_eq!(aside.body.as_slice(), br#"{"destination":"U\"1","events":[7]}"#);
        assert_eq!(aside.place.as_ref().map(|place| place.number), Some(1));
        assert!(!format!("{:?}", read[1]).contains('7'));
    }

    #[test]
    fn the_parts_of_a_webhook_read_as_the_whole_did() {
        let body = format!(r#"{{"x":[[[1]]],"events":[{},{}],"destination":"U1"}}"#, said("a"), said("b\\n<&"));
        let parts = split_by_event(body.as_bytes(), None);
        let from_parts: Vec<_> =
            parts.iter().flat_map(|part| events(&part.body, part.place.as_ref()).unwrap()).collect();
        assert_eq!(from_parts, events(body.as_bytes(), None).unwrap());
        assert!(String::from_utf8(parts[1].body.clone()).unwrap().contains(&said("b\\n<&")));
        let again = |part: &Part| split_by_event(&part.body, part.place.as_ref());
        assert_eq!(parts.iter().flat_map(again).collect::<Vec<_>>(), parts);
    }

    #[test]
    fn what_is_no_webhook_stays_whole_and_no_events_are_no_parts() {
        let whole = Part { body: b"\xFFnot json".to_vec(), place: None };
        assert_eq!(split_by_event(b"\xFFnot json", None), [whole]);
        assert!(split_by_event(br#"{"destination":"U1","events":[]}"#, None).is_empty());
    }

    #[test]
    fn an_event_nested_beyond_reason_is_still_read() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let event = said("a").replacen('{', &format!(r#"{{"future":{deep},"#), 1);
        let body = format!(r#"{{"destination":"U1","events":[{event},{deep}],"future":{deep}}}"#);
        let read = events(body.as_bytes(), None).unwrap();
        let InboundWhat::Said { content, .. } = &read[0].as_ref().unwrap().inbound.what else { panic!() };
        assert_eq!(*content, Content::Text { text: "a".into() });
        assert_eq!(read[1].as_ref().unwrap_err().fault, EventFault::NoObject);
    }

    #[test]
    fn an_event_knows_where_it_stands_in_its_webhook() {
        let of = |text: &str| format!(r#"{{"webhookEventId":"01CASES000000000000000000{text}",{}"#, &said(text)[1..]);
        let body = format!(r#"{{"destination":"U1","events":[{},7,{}]}}"#, of("9"), of("8"));
        let read = events(body.as_bytes(), None).unwrap();
        let places: Vec<_> = read.iter().flatten().map(|event| event.inbound.place.clone().unwrap()).collect();
        let place = |number| Place {
            webhook: EventId::new("01CASES0000000000000000009"),
            number,
            message: Some(crate::domain::ids::MessageId::new("1")),
        };
        assert_eq!(places, [place(0), place(2)]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = events(&body, None);
            let _ = split_by_event(&body, None);
        }

        #[test]
        fn no_text_in_an_event_makes_it_panic(event in "\\PC{0,80}", kind in "(message|postback|follow|unsend|beacon|x)") {
            let value = serde_json::to_string(&event).unwrap();
            let object = format!(r#"{{"type":"{kind}","timestamp":5,"message":{{"id":"1","type":{value},"text":{value}}},"{kind}":{value},"source":{event}}}"#);
            for body in [&event, &value, &object] {
                let body = format!(r#"{{"destination":"U1","events":[{body}]}}"#);
                if let Ok(read) = events(body.as_bytes(), None) {
                    prop_assert_eq!(read.len(), split_by_event(body.as_bytes(), None).len());
                }
            }
        }
    }
}
