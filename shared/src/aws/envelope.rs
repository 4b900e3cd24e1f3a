//! How a job travels in a queue.
//!
//! `{"v":1,"as":"json","job":"<base64>"}`: the job as JSON, in base64, gzipped first (`"as":"gzip"`)
//! where the message would be above 64 KiB, which is also SQS's unit of billing. Base64 and not
//! escapes, because SQS refuses most control characters, U+FFFE and U+FFFF, and counts bytes; so
//! every message of ours is plain ASCII, whatever a person wrote.
//! (SQS: SendMessage, "Amazon SQS only supports the following Unicode characters"; 1 MiB with attributes.)
//!
//! During a deploy both versions of a message meet: the version is read first, and one that we do
//! not know is said to be just that.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The version we write.
const VERSION: u64 = 1;
/// Jobs whose base64 would be above 64 KiB are gzipped.
const PLAIN_BYTES: usize = 48 * 1024 - 64;
/// No job unpacks to more than this: a small message must not fill the memory.
const MAX_JOB_BYTES: u64 = 8 * 1024 * 1024;

#[derive(Serialize)]
struct Written<'a> {
    v: u64,
    r#as: Form,
    job: &'a str,
}

#[derive(Deserialize)]
struct Version {
    v: u64,
}

#[derive(Deserialize)]
struct Received {
    r#as: Form,
    job: String,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    Json,
    Gzip,
}

/// Why a message is not a job. No part of the message is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// Not an envelope of any version.
    #[error("the message is no envelope of Musubi's")]
    NotOurs,
    /// Written by a newer or much older version.
    #[error("the message has version {0}, which this version does not read")]
    Version(u64),
    /// The envelope is ours, its content is damaged.
    #[error("the message is damaged: {0}")]
    Damaged(&'static str),
    /// Unpacked it is larger than any job of ours.
    #[error("the message unpacks to more than {MAX_JOB_BYTES} bytes")]
    TooLarge,
    /// The JSON is not such a job.
    #[error("the job cannot be read, at column {column} of its JSON")]
    Job {
        /// Where, in characters.
        column: usize,
    },
}

/// Writes a job as a message: ASCII, never longer than 4/3 of the job's JSON and 40 bytes.
pub fn encode<T: Serialize>(job: &T) -> String {
    let json = serde_json::to_vec(job).expect("our own types have string keys and finite numbers");
    let (form, bytes) = if json.len() > PLAIN_BYTES { (Form::Gzip, gzip(&json)) } else { (Form::Json, json) };
    let written = Written { v: VERSION, r#as: form, job: &STANDARD.encode(bytes) };
    serde_json::to_string(&written).expect("strings and a number")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    // Level 1: the sender of a large webhook waits, on a fraction of a processor.
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).expect("writing to memory cannot fail");
    packer.finish().expect("writing to memory cannot fail")
}

/// Reads a message back.
///
/// # Errors
/// Says why it is not such a job; another try gives the same.
pub fn decode<T: DeserializeOwned>(message: &str) -> Result<T, DecodeError> {
    let version: Version = serde_json::from_str(message).map_err(|_| DecodeError::NotOurs)?;
    if version.v != VERSION {
        return Err(DecodeError::Version(version.v));
    }
    let received: Received = serde_json::from_str(message).map_err(|_| DecodeError::Damaged("envelope"))?;
    let bytes = STANDARD.decode(received.job).map_err(|_| DecodeError::Damaged("base64"))?;
    let json = match received.r#as {
        Form::Json => bytes,
        Form::Gzip => gunzip(&bytes)?,
    };
    serde_json::from_slice(&json).map_err(|error| DecodeError::Job { column: error.column() })
}

fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut json = Vec::new();
    GzDecoder::new(bytes).take(MAX_JOB_BYTES + 1).read_to_end(&mut json).map_err(|_| DecodeError::Damaged("gzip"))?;
    if json.len() as u64 > MAX_JOB_BYTES {
        return Err(DecodeError::TooLarge);
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_and_is_ascii(text in "\\PC{0,200}", times in 0_usize..2000) {
            let job = vec![text; times % 700];
            let message = encode(&job);
            prop_assert!(message.is_ascii());
            prop_assert_eq!(decode::<Vec<String>>(&message).unwrap(), job);
        }

        #[test]
        fn no_message_makes_the_decoder_panic(message in "\\PC*") {
            let _ = decode::<String>(&message);
        }
    }

    #[test]
    fn characters_that_sqs_refuses_do_not_show() {
        let job = "\u{0}\u{b}\u{fffe}\u{ffff}結び".to_owned();
        let message = encode(&job);
        assert!(message.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
        assert_eq!(decode::<String>(&message).unwrap(), job);
    }

    #[test]
    fn large_jobs_are_packed() {
        let job = "あ".repeat(100_000);
        assert!(encode(&job).len() < 10_000);
        assert_eq!(decode::<String>(&encode(&job)).unwrap(), job);
    }

    #[test]
    fn what_fits_64_kib_is_plain_and_what_does_not_is_packed() {
        // In quotes: 49,088 bytes of JSON, in base64 and its envelope just under 64 KiB.
        let plain = encode(&"x".repeat(49_086));
        assert!(plain.contains(r#""as":"json""#) && (65_000..=65_536).contains(&plain.len()), "{}", plain.len());
        assert!(encode(&"x".repeat(49_087)).contains(r#""as":"gzip""#));
    }

    #[test]
    fn a_job_of_8_mib_is_read_and_no_larger_one() {
        let of = |bytes: usize| "x".repeat(bytes - 2);
        let most = of(8 * 1024 * 1024);
        assert_eq!(decode::<String>(&encode(&most)).map(|job| job.len()), Ok(most.len()));
        assert_eq!(decode::<String>(&encode(&of(8 * 1024 * 1024 + 1))), Err(DecodeError::TooLarge));
    }

    #[test]
    fn an_unknown_version_is_named_and_nothing_else_is() {
        assert_eq!(decode::<String>(r#"{"v":2,"other":"secret words"}"#), Err(DecodeError::Version(2)));
        assert_eq!(DecodeError::Version(2).to_string(), "the message has version 2, which this version does not read");
        assert_eq!(decode::<String>("hello"), Err(DecodeError::NotOurs));
        assert_eq!(decode::<String>(r#"{"v":1,"as":"json","job":"%%"}"#), Err(DecodeError::Damaged("base64")));
        assert_eq!(decode::<String>(r#"{"v":1,"as":"zip","job":""}"#), Err(DecodeError::Damaged("envelope")));
    }

    #[test]
    fn a_gzip_bomb_is_refused() {
        let bomb = STANDARD.encode(gzip(&vec![b' '; 9 * 1024 * 1024]));
        let message = format!(r#"{{"v":1,"as":"gzip","job":"{bomb}"}}"#);
        assert!(message.len() < 64 * 1024);
        assert_eq!(decode::<String>(&message), Err(DecodeError::TooLarge));
    }
}
