//! A message and its checksums.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// A message attribute, as the API writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribute {
    /// `String`, `Number` or `Binary`, perhaps with a label after a dot.
    pub data_type: String,
    /// A text or number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string_value: Option<String>,
    /// Bytes, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary_value: Option<String>,
}

/// A message in a queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    /// Unique.
    pub id: String,
    /// What was sent.
    pub body: String,
    /// What was sent beside it.
    pub attributes: BTreeMap<String, Attribute>,
    /// Its group.
    pub group: Option<String>,
    /// Its deduplication ID, in a FIFO queue.
    pub deduplication: Option<String>,
    /// Its place among all messages.
    pub sequence: u64,
    /// When it was sent, in milliseconds.
    pub sent_at_ms: i64,
    /// Not received before this, in milliseconds.
    pub visible_at_ms: i64,
    /// How often it was received.
    pub receive_count: u32,
    /// When it was first received, in milliseconds.
    pub first_received_at_ms: Option<i64>,
    /// The queue that gave it up, by ARN.
    pub dead_letter_source: Option<String>,
}

impl Message {
    /// What counts against the limits: body, and names, types and values of attributes.
    pub(super) fn size_bytes(body: &str, attributes: &BTreeMap<String, Attribute>) -> usize {
        let attribute = |(name, value): (&String, &Attribute)| {
            name.len()
                + value.data_type.len()
                + value.string_value.as_ref().map_or(0, String::len)
                + value.bytes().map_or(0, |b| b.len())
        };
        body.len() + attributes.iter().map(attribute).sum::<usize>()
    }

    /// The body's checksum.
    pub(super) fn md5_of_body(&self) -> String {
        md5_of_text(&self.body)
    }

    /// The attributes' checksum; none where there are none.
    pub(super) fn md5_of_attributes(&self) -> Option<String> {
        md5_of_attributes(&self.attributes)
    }
}

impl Attribute {
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        STANDARD.decode(self.binary_value.as_ref()?).ok()
    }
}

/// The MD5 of a text, in hex.
pub(super) fn md5_of_text(text: &str) -> String {
    format!("{:x}", md5::compute(text))
}

/// The MD5 of attributes in the order of their names: name, type, a byte for text (1) or bytes (2),
/// and value, each but the byte preceded by its length. (SQS developer guide, "Calculating the MD5
/// message digest for message attributes".)
pub(super) fn md5_of_attributes(attributes: &BTreeMap<String, Attribute>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut sum = md5::Context::new();
    let part = |sum: &mut md5::Context, bytes: &[u8]| {
        sum.consume(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        sum.consume(bytes);
    };
    for (name, attribute) in attributes {
        part(&mut sum, name.as_bytes());
        part(&mut sum, attribute.data_type.as_bytes());
        match attribute.bytes() {
            Some(bytes) => {
                sum.consume([2]);
                part(&mut sum, &bytes);
            }
            None => {
                sum.consume([1]);
                part(&mut sum, attribute.string_value.as_deref().unwrap_or_default().as_bytes());
            }
        }
    }
    Some(format!("{:x}", sum.compute()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_known_ones() {
        // RFC 1321's own vector.
        assert_eq!(md5_of_text("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
        assert_eq!(md5_of_attributes(&BTreeMap::new()), None);
        let attributes = BTreeMap::from([(
            "a".to_owned(),
            Attribute { data_type: "String".to_owned(), string_value: Some("b".to_owned()), binary_value: None },
        )]);
        let by_hand = md5::compute(b"\0\0\0\x01a\0\0\0\x06String\x01\0\0\0\x01b");
        assert_eq!(md5_of_attributes(&attributes), Some(format!("{by_hand:x}")));
    }
}
