//! Requests of the customer's own site, signed with a key that it holds.
//!
//! `Authorization: Musubi key=ID, ts=MILLISECONDS, sig=BASE64`, where the signature is HMAC-SHA256 with the key's secret over
//! method, path, `ts` and body, each but the last followed by a line feed.
//!
//! A request counts for five minutes. Within them it can be replayed; whatever it asks for must be harmless twice.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use musubi::domain::ids::ChannelId;
use musubi::ports::secrets::LineSecrets;
use musubi::ports::{PortError, Secrets};
use sha2::Sha256;

/// How far the sender's clock and the way may be off, in milliseconds.
const WINDOW_MS: i64 = 300_000;
/// The longest name of a key.
const MAX_KEY_ID_CHARS: usize = 64;

/// What is signed, beside the time.
pub struct Signed<'a> {
    /// In capitals.
    pub method: &'a str,
    /// As it is documented, without host and query.
    pub path: &'a str,
    /// To the byte.
    pub body: &'a [u8],
}

/// What the header says. Nothing of it is proved.
pub struct Stated {
    key: String,
    ts: String,
    sig: [u8; 32],
}

impl Signed<'_> {
    /// Whether a key of this Official Account signed it. On a mismatch the secrets are read again, at most once a
    /// minute: somebody may have added a key.
    ///
    /// # Errors
    /// The secrets could not be read.
    pub async fn is_by(&self, secrets: &dyn Secrets, channel: &ChannelId, stated: &Stated) -> Result<bool, PortError> {
        let cached = secrets.line(channel).await?;
        if self.is_made_by(cached.as_ref(), stated) {
            return Ok(true);
        }
        let anew = secrets.line_anew(channel).await?.secrets;
        Ok(anew != cached && self.is_made_by(anew.as_ref(), stated))
    }

    /// The comparison takes the same time wherever the first difference is.
    fn is_made_by(&self, secrets: Option<&LineSecrets>, stated: &Stated) -> bool {
        let keys = secrets.map_or(&[][..], |secrets| &secrets.api_keys);
        keys.iter().filter(|key| key.id == stated.key && !key.secret.expose().is_empty()).any(|key| {
            let secret = key.secret.expose().as_bytes();
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
            for part in [self.method, self.path, &stated.ts] {
                mac.update(part.as_bytes());
                mac.update(b"\n");
            }
            mac.update(self.body);
            mac.verify_slice(&stated.sig).is_ok()
        })
    }
}

impl Stated {
    /// What can be right, as far as that shows without a key: it is well formed, and in time. What is not costs no read.
    pub fn in_time(headers: &HeaderMap, now_ms: i64) -> Option<Self> {
        let stated = Self::read(headers)?;
        let ts: i64 = stated.ts.parse().ok()?;
        (now_ms.abs_diff(ts) <= WINDOW_MS.unsigned_abs()).then_some(stated)
    }

    /// Two headers are as good as none, and so is one that says something twice or more than it should.
    fn read(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let value = values.next().filter(|_| values.next().is_none())?.to_str().ok()?;
        let (scheme, fields) = value.split_once(' ')?;
        let mut found: [Option<&str>; 3] = [None; 3];
        for field in fields.split(',') {
            let (name, value) = field.trim().split_once('=')?;
            let place = ["key", "ts", "sig"].iter().position(|known| *known == name)?;
            if found[place].replace(value).is_some() {
                return None;
            }
        }
        let [key, ts, sig] = found;
        let (key, ts) = (key?, ts?);
        let plain = scheme.eq_ignore_ascii_case("Musubi") && (1..=MAX_KEY_ID_CHARS).contains(&key.len());
        let digits = (1..=16).contains(&ts.len()) && ts.bytes().all(|b| b.is_ascii_digit());
        let sig = BASE64_STANDARD.decode(sig?).ok()?.try_into().ok()?;
        (plain && digits).then(|| Self { key: key.to_owned(), ts: ts.to_owned(), sig })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use musubi::ports::secrets::{ApiKey, Secret};

    fn secrets(id: &str, secret: &str) -> LineSecrets {
        let api_keys = vec![ApiKey { id: id.into(), secret: Secret::new(secret) }];
        LineSecrets { channel_secrets: Vec::new(), api_keys, ..LineSecrets::of(Secret::new(""), None) }
    }

    fn header(value: &str) -> HeaderMap {
        [(AUTHORIZATION, value.parse().unwrap())].into_iter().collect()
    }

    // echo -en 'POST\n/line/1/account-link/nonces\n1700000000000\n{}' | openssl dgst -sha256 -hmac s3cret -binary | base64
    const SIG: &str = "KDnH+k1MvO31PgAe768BP+IGHub881QcDLVtJU/zp/Y=";

    #[test]
    fn the_signature_is_the_one_that_the_documents_describe() {
        let request = Signed { method: "POST", path: "/line/1/account-link/nonces", body: b"{}" };
        let stated = Stated::read(&header(&format!("Musubi key=k1, ts=1700000000000, sig={SIG}"))).expect("a header");
        assert!(request.is_made_by(Some(&secrets("k1", "s3cret")), &stated));
        assert!(!request.is_made_by(Some(&secrets("k2", "s3cret")), &stated), "another key's name");
        assert!(!request.is_made_by(Some(&secrets("k1", "other")), &stated), "another secret");
        assert!(!request.is_made_by(Some(&secrets("k1", "")), &stated), "an empty secret");
        for other in [
            Signed { method: "PUT", ..request },
            Signed { path: "/line/2/account-link/nonces", ..request },
            Signed { body: b"{} ", ..request },
        ] {
            assert!(!other.is_made_by(Some(&secrets("k1", "s3cret")), &stated));
        }
    }

    #[test]
    fn a_header_says_each_thing_once_and_nothing_else() {
        assert!(Stated::read(&header(&format!("musubi key=a,ts=1, sig={SIG}"))).is_some());
        let good = format!("Musubi key=a, ts=1, sig={SIG}");
        for bad in [
            "",
            "Musubi",
            &good.replace("Musubi", "Bearer"),
            "Musubi key=a, ts=1",
            &good.replace("key=a", "key="),
            &good.replace("key=a", "key=a, key=b"),
            &good.replace("ts=1", "ts=-1"),
            "Musubi key=a, ts=1, sig=A*",
            "Musubi key=a, ts=1, sig=AAAA",
            &format!("{good}, more=1"),
            &format!("{good},"),
        ] {
            assert!(Stated::read(&header(bad)).is_none(), "{bad}");
        }
        let mut twice = header(&good);
        twice.append(AUTHORIZATION, good.parse().unwrap());
        assert!(Stated::read(&twice).is_none());
    }
}
