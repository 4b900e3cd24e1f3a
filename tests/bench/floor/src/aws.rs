//! SQS's SendMessage, signed. Source: "Create a signed AWS API request" (Signature Version 4) in AWS's IAM guide.

use std::io::Error;
use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::http::Connection;
use crate::variable;

const TARGET: &str = "AmazonSQS.SendMessage";
const SIGNED: &str = "content-type;host;x-amz-date;x-amz-target";

/// A queue.
pub struct Queue {
    connection: Connection,
    host: String,
    url: String,
    region: String,
    key_id: String,
    key: String,
}

impl Queue {
    /// The queue behind an endpoint of plain http.
    pub fn at(endpoint: &str, url: &str) -> Result<Self, Error> {
        let host = endpoint.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Ok(Self {
            connection: Connection::to(&host)?,
            host,
            url: url.to_owned(),
            region: variable("AWS_REGION"),
            key_id: variable("AWS_ACCESS_KEY_ID"),
            key: variable("AWS_SECRET_ACCESS_KEY"),
        })
    }

    /// Sends a message; whether it was taken.
    pub fn send(&mut self, message: &str) -> Result<bool, Error> {
        let body = serde_json::json!({"QueueUrl": self.url, "MessageBody": message, "MessageGroupId": "1"}).to_string();
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let (date, time) = date_and_time(at);
        let authorization = self.authorization(&body, &date, &time);
        let headers = [
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-date", time.as_str()),
            ("x-amz-target", TARGET),
            ("authorization", authorization.as_str()),
        ];
        Ok(self.connection.ask("POST", "/", &headers, body.as_bytes())?.status == 200)
    }

    fn authorization(&self, body: &str, date: &str, time: &str) -> String {
        let request = format!(
            "POST\n/\n\ncontent-type:application/x-amz-json-1.0\nhost:{}\nx-amz-date:{time}\nx-amz-target:{TARGET}\n\n{SIGNED}\n{}",
            self.host,
            hex::encode(Sha256::digest(body))
        );
        let scope = format!("{date}/{}/sqs/aws4_request", self.region);
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex::encode(Sha256::digest(request)));
        let key = [date, &self.region, "sqs", "aws4_request"]
            .iter()
            .fold(format!("AWS4{}", self.key).into_bytes(), |key, part| mac(&key, part));
        let signature = hex::encode(mac(&key, &text));
        let credential = format!("{}/{scope}", self.key_id);
        format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={SIGNED}, Signature={signature}")
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// `20260102` and `20260102T030405Z` of so many seconds since 1970. (The days by Howard Hinnant's "civil_from_days".)
fn date_and_time(at_s: u64) -> (String, String) {
    let (days, second) = (at_s / 86_400 + 719_468, at_s % 86_400);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let date = format!("{year:04}{month:02}{day:02}");
    let time = format!("{date}T{:02}{:02}{:02}Z", second / 3_600, second / 60 % 60, second % 60);
    (date, time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_seconds_are_those_of_the_calendar() {
        let of = |at_s| date_and_time(at_s).1;
        assert_eq!(of(0), "19700101T000000Z");
        assert_eq!(of(951_827_696), "20000229T123456Z");
        assert_eq!(of(1_767_225_599), "20251231T235959Z");
    }
}
