//! Identifiers as the vendors spell them.

use std::fmt::Write;

use super::fault::mix;

/// Makes identifiers that look like the vendors', never twice the same within one maker.
#[derive(Debug)]
pub(crate) struct IdMaker {
    next: u64,
    salt: u64,
}

impl IdMaker {
    pub(crate) fn new(salt: u64) -> Self {
        Self { next: 1, salt }
    }

    /// A maker whose identifiers also differ from those of a maker started at least a second before or after: a fake that is
    /// started again over kept data must not repeat itself.
    pub(crate) fn started_at(salt: u64, at_ms: i64) -> Self {
        let seconds = u64::try_from(at_ms / 1000).unwrap_or_default() % 100_000_000;
        Self { next: seconds * 1000 + 1, salt: salt ^ mix(seconds) }
    }

    /// The next number, counted from 1.
    pub(crate) fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    /// 32 lowercase hexadecimal digits.
    pub(crate) fn hex32(&mut self) -> String {
        let number = self.number();
        let high = mix(self.salt ^ mix(number));
        let low = mix(high ^ number);
        format!("{high:016x}{low:016x}")
    }

    /// A UUID-shaped name.
    pub(crate) fn uuid(&mut self) -> String {
        let hex = self.hex32();
        format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }

    /// A 26-character ULID (Crockford base 32) of this time.
    pub(crate) fn ulid(&mut self, at_ms: i64) -> String {
        let number = self.number();
        let time = u128::from(at_ms.max(0) as u64 & 0xFFFF_FFFF_FFFF);
        let random = (u128::from(mix(self.salt ^ number)) << 16) | u128::from(number & 0xFFFF);
        let value = (time << 80) | (random & ((1 << 80) - 1));
        let digits = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        (0..26).map(|at| char::from(digits[((value >> (125 - 5 * at)) & 31) as usize])).collect()
    }
}

/// Lowercase hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makers_started_at_different_seconds_share_no_identifier() {
        let first: Vec<u64> = {
            let mut ids = IdMaker::started_at(1, 1_786_000_000_000);
            (0..900).map(|_| ids.number()).collect()
        };
        let mut second = IdMaker::started_at(1, 1_786_000_001_000);
        assert!((0..900).all(|_| !first.contains(&second.number())));
    }

    #[test]
    fn a_ulid_has_26_characters_and_sorts_by_time() {
        let mut ids = IdMaker::new(1);
        let (early, late) = (ids.ulid(1_786_000_000_000), ids.ulid(1_786_000_001_000));
        assert_eq!(early.len(), 26);
        assert!(early.starts_with("01") && early < late, "{early} {late}");
    }
}
