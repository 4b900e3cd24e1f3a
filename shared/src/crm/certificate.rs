//! Until when a server's certificate is good. Of X.509 (RFC 5280) no more is read than where that stands; whether the certificate is to
//! be believed, the TLS client has decided by then.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
/// `[0]`: the version.
const VERSION: u8 = 0xA0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Until when the certificate is good that this answer came with, in milliseconds. `None`: it came without TLS, or the certificate
/// cannot be read.
pub fn ends_at_ms(answer: &reqwest::Response) -> Option<i64> {
    not_after_ms(answer.extensions().get::<reqwest::tls::TlsInfo>()?.peer_certificate()?)
}

/// `notAfter` of a certificate in DER.
fn not_after_ms(der: &[u8]) -> Option<i64> {
    let (certificate, _) = inside(der, SEQUENCE)?;
    let (to_be_signed, _) = inside(certificate, SEQUENCE)?;
    let rest = inside(to_be_signed, VERSION).map_or(to_be_signed, |(_, rest)| rest);
    // Serial number, signature algorithm, issuer.
    let (_, _, rest) = element(rest)?;
    let (_, _, rest) = element(rest)?;
    let (_, _, rest) = element(rest)?;
    let (validity, _) = inside(rest, SEQUENCE)?;
    let (_, _, not_after) = element(validity)?;
    let (kind, time, _) = element(not_after)?;
    moment(kind, std::str::from_utf8(time).ok()?)
}

fn inside(der: &[u8], expected: u8) -> Option<(&[u8], &[u8])> {
    let (kind, content, rest) = element(der)?;
    (kind == expected).then_some((content, rest))
}

/// Tag, content and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*first) {
        short @ ..=0x7F => (short, rest),
        // More bytes than this no certificate has.
        long @ 0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(long - 0x80)?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

fn moment(kind: u8, time: &str) -> Option<i64> {
    let time = match kind {
        // Two digits of the year: RFC 5280, 4.1.2.5.1.
        UTC_TIME => format!("{}{time}", if time.get(..2)? < "50" { "20" } else { "19" }),
        GENERALIZED_TIME => time.to_owned(),
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%SZ", time).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use jiff::Timestamp;

    use super::*;

    /// Made with OpenSSL 3 for these tests.
    const CERTIFICATES: [(&str, &str); 2] = [
        (
            "2029-11-28T03:33:51Z",
            "MIIBbjCCAROgAwIBAgIUD3EAY1m7IQFuBT5mOGSyrvdXsx4wCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBdDAeFw0yNjExMjkwMzMzNTFaFw0yOT\
             ExMjgwMzMzNTFaMAwxCjAIBgNVBAMMAXQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ5AsjPdrGGQnmgQf7yRRSsvwLj1t7+yVvq3c3B9E+N\
             SB6WoEoj5OPhtqvBnK+uHsKhWaOMsKqZSL/iJZ6sYlWKo1MwUTAdBgNVHQ4EFgQUQHpWjy3FauYN/V22PkEVlT6tPIIwHwYDVR0jBBgwFoAUQH\
             pWjy3FauYN/V22PkEVlT6tPIIwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAhw/XvhUGgLTJzvkAuw2ei/eqR6L7CMYE3z0u\
             1AI1AZsCIQDYOrUv8PkM6x9N/ZVY7kvlvi6M/FSzzRJDn0wIG5DhkA==",
        ),
        (
            "2066-11-19T03:33:52Z",
            "MIIBbzCCARWgAwIBAgIUSYaKFEgIc6gUxfZLWN5rNhcfo1gwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBdDAgFw0yNjExMjkwMzMzNTJaGA8yMD\
             Y2MTExOTAzMzM1MlowDDEKMAgGA1UEAwwBdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCZwNeULE49ybKvdFncoJD87dHYAYBa/sRjOUYGB\
             lRiW2KSd1YCb+rR0DrY1BGOm5NuXrH241nq0dzvYNt4vAAmjUzBRMB0GA1UdDgQWBBQej6lWZNpRdXFGbilPKjiGBvvi9jAfBgNVHSMEGDAWgB\
             Qej6lWZNpRdXFGbilPKjiGBvvi9jAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQDYmyfLOI/RU7wd63Pp+fVDoj2npQ1dyAI3\
             G8T5QDJskAIgVWjm97bEtwRZdRa5Z+riV50f9ltO5rsL/9HTUss4uLs=",
        ),
    ];

    #[test]
    fn the_end_of_a_certificate_is_read_in_both_spellings() {
        for (ends, certificate) in CERTIFICATES {
            let der = STANDARD.decode(certificate).expect("base64");
            let expected: Timestamp = ends.parse().expect("a time");
            assert_eq!(not_after_ms(&der), Some(expected.as_millisecond()));
            // Whatever is cut off or turned round, nothing panics.
            for end in 0..der.len() {
                let _ = not_after_ms(&der[..end]);
                let mut other = der.clone();
                other[end] ^= 0xFF;
                let _ = not_after_ms(&other);
            }
        }
    }

    #[test]
    fn a_year_of_two_digits_is_of_this_century_or_the_last() {
        let year = |time| moment(UTC_TIME, time).map(|ms| Timestamp::from_millisecond(ms).expect("a time").to_string());
        assert_eq!(year("491231235959Z").as_deref(), Some("2049-12-31T23:59:59Z"));
        assert_eq!(year("500101000000Z").as_deref(), Some("1950-01-01T00:00:00Z"));
        assert_eq!(year("4912312359Z"), None);
    }
}
