//! What a setting takes, and how it is read from what an operator wrote.

use std::collections::BTreeSet;
use std::net::IpAddr;

use jiff::civil::Date;
use url::{Host, Url};

use super::{SettingFault, SettingValue};
use crate::domain::auto_reply::{MAX_HOLIDAYS, read_rules};
use crate::domain::consent::Consent;
use crate::domain::opening_hours::OpeningHours;
use crate::domain::public_address::is_public;
use crate::domain::push::OutgoingMessage;
use crate::domain::token_property;

/// Longer is no address of another system.
const MAX_ENDPOINT_CHARS: usize = 1_000;

/// No CRM has longer IDs.
const MAX_CONTACT_CHARS: usize = 64;

/// Reads a setting's messages, by its name, and holds them against what the messenger takes.
pub type ReadMessages = fn(&str, &str) -> Result<Vec<OutgoingMessage>, SettingFault>;

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// On or off.
    Flag,
    /// A time within these bounds, in milliseconds.
    Span {
        /// No less.
        from_ms: i64,
        /// No more.
        to_ms: i64,
    },
    /// One of these.
    Choice(&'static [&'static str]),
    /// The ID of an owner in the CRM, or none.
    Owner,
    /// The domain of e-mail addresses, or none.
    EmailDomain,
    /// An `https` address.
    Address {
        /// No longer.
        max_chars: usize,
        /// None will do.
        is_optional: bool,
    },
    /// An `https` address of the public internet, or none. Where a name leads is looked at when it is called.
    Endpoint,
    /// A text, or none.
    Text {
        /// No longer, as LINE counts (UTF-16).
        max_chars: usize,
    },
    /// A page after a login, or none. Whether people may be sent there is held against the allowed origins.
    Page,
    /// Origins of pages after a login.
    Origins,
    /// Contact properties of the CRM, by internal name.
    Properties,
    /// Contacts of the CRM by their IDs, or none.
    Contacts {
        /// No more.
        most: usize,
    },
    /// Messages to people, or none.
    Messages,
    /// Keywords and what they are answered, or none.
    Keywords,
    /// When somebody is there, or none.
    Hours,
    /// Days of the calendar, or none.
    Dates,
    /// A contact property and the value it must have, or none.
    Consent,
    /// As what conversations stand on a timeline: `notes`, or `app_events:` and a type.
    Surface,
    /// It can only be taken away, by one of these words.
    Away(&'static [&'static str]),
}

impl Shape {
    /// Reads what was written for the setting `name`, without blanks around it.
    ///
    /// # Errors
    /// It does not take it. What can only be taken away is `Unknown` otherwise.
    pub(super) fn read(self, name: &str, text: &str, messages: ReadMessages) -> Result<SettingValue, SettingFault> {
        let name = || name.to_owned();
        let given = Some(text).filter(|text| !matches!(*text, "" | "none"));
        let fits = |text: &str, fits: bool, fault: SettingFault| {
            if fits { Ok(SettingValue::Text(text.to_owned())) } else { Err(fault) }
        };
        match (self, given) {
            (Self::Flag, _) => flag(text).map(SettingValue::Flag).ok_or_else(|| SettingFault::Flag { name: name() }),
            (Self::Span { from_ms, to_ms }, _) => span_ms(text)
                .filter(|span_ms| (from_ms..=to_ms).contains(span_ms))
                .map(SettingValue::SpanMs)
                .ok_or_else(|| SettingFault::Span { name: name(), from_ms, to_ms }),
            (Self::Choice(names), _) => {
                let (text, is_one) = (text.to_ascii_lowercase(), |one: &&str| text.eq_ignore_ascii_case(one));
                fits(&text, names.iter().any(is_one), SettingFault::Choice { name: name(), names })
            }
            (Self::Address { max_chars, is_optional: false }, _) | (Self::Address { max_chars, .. }, Some(_)) => {
                let address = address(text, max_chars).map(SettingValue::Text);
                address.ok_or_else(|| SettingFault::Address { name: name(), max_chars })
            }
            (Self::Origins, None) => Ok(SettingValue::Texts(Vec::new())),
            (Self::Origins, Some(text)) => {
                let origins = text.split(',').map(str::trim).filter(|origin| !origin.is_empty());
                Ok(SettingValue::Texts(origins.map(str::to_owned).collect()))
            }
            (Self::Properties, _) => {
                let names: BTreeSet<String> = token_property::read(text.split(',')).ok_or(SettingFault::Properties)?;
                Ok(SettingValue::Texts(names.into_iter().collect()))
            }
            (Self::Contacts { .. }, None) => Ok(SettingValue::Texts(Vec::new())),
            (Self::Contacts { most }, Some(text)) => {
                contacts(text, most).map(SettingValue::Texts).ok_or_else(|| SettingFault::Form { name: name() })
            }
            (Self::Messages, _) if text == "none" => Ok(SettingValue::Messages(Vec::new())),
            (Self::Messages, _) => messages(&name(), text).map(SettingValue::Messages),
            (Self::Keywords, None) => Ok(SettingValue::Keywords(Vec::new())),
            (Self::Keywords, Some(text)) => {
                read_rules(text, |answer| messages(&name(), answer)).map(SettingValue::Keywords)
            }
            (Self::Dates, None) => Ok(SettingValue::Texts(Vec::new())),
            (Self::Dates, Some(text)) => {
                dates(text).map(SettingValue::Texts).ok_or_else(|| SettingFault::Form { name: name() })
            }
            (Self::Surface, _) => fits(text, is_surface(text), SettingFault::Form { name: name() }),
            (Self::Away(words), _) if words.contains(&text) => Ok(SettingValue::None),
            (Self::Away(_), _) => Err(SettingFault::Unknown),
            (_, None) => Ok(SettingValue::None),
            (Self::Owner, Some(id)) => fits(id, is_owner(id), SettingFault::Form { name: name() }),
            (Self::EmailDomain, Some(domain)) => {
                fits(&domain.to_ascii_lowercase(), is_domain(domain), SettingFault::Form { name: name() })
            }
            (Self::Text { max_chars }, Some(text)) => {
                fits(text, text.encode_utf16().count() <= max_chars, SettingFault::TooLong { name: name(), max_chars })
            }
            (Self::Endpoint, Some(text)) => {
                endpoint(text).map(SettingValue::Text).ok_or_else(|| SettingFault::Form { name: name() })
            }
            (Self::Hours, Some(text)) => OpeningHours::read(text)
                .map(|hours| SettingValue::Text(hours.to_string()))
                .ok_or_else(|| SettingFault::Form { name: name() }),
            (Self::Consent, Some(text)) => {
                fits(text, Consent::read(text).is_some(), SettingFault::Form { name: name() })
            }
            (Self::Page, Some(page)) => Ok(SettingValue::Text(page.to_owned())),
        }
    }
}

/// Each once, in the order in which they were written.
fn contacts(text: &str, most: usize) -> Option<Vec<String>> {
    let is_id =
        |id: &str| (1..=MAX_CONTACT_CHARS).contains(&id.len()) && id.bytes().all(|it| it.is_ascii_alphanumeric());
    let mut ids: Vec<String> = Vec::new();
    for id in text.split([',', '、']).map(str::trim).filter(|id| !id.is_empty()) {
        if !is_id(id) {
            return None;
        }
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    (ids.len() <= most).then_some(ids)
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" | "オン" => Some(true),
        "off" | "false" | "no" | "0" | "オフ" => Some(false),
        _ => None,
    }
}

/// `15m`, `900s`, `1h`, `1m30s`; a bare number is seconds.
fn span_ms(text: &str) -> Option<i64> {
    let text = text.replace("min", "m").replace("sec", "s");
    let parts = text.split_inclusive(|c: char| c.is_ascii_alphabetic()).filter(|part| !part.is_empty());
    let span_ms = parts.map(part_ms).try_fold(0_i64, |sum, part| sum.checked_add(part?));
    if text.is_empty() { None } else { span_ms }
}

fn part_ms(part: &str) -> Option<i64> {
    let digits = part.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit_ms = match &part[digits.len()..] {
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    digits.trim().parse::<i64>().ok()?.checked_mul(unit_ms)
}

/// As they are written everywhere: `2026-12-31`.
fn dates(text: &str) -> Option<Vec<String>> {
    let given = text.split([',', '、', '\n']).map(str::trim).filter(|date| !date.is_empty());
    let dates = given.map(|date| date.parse::<Date>().ok()).collect::<Option<BTreeSet<Date>>>()?;
    (dates.len() <= MAX_HOLIDAYS).then(|| dates.iter().map(Date::to_string).collect())
}

fn is_owner(id: &str) -> bool {
    id.len() <= 20 && id.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.contains('.') && name.len() <= 200 && name.split('.').all(is_label)
}

fn address(text: &str, max_chars: usize) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| {
        let bare = url.username().is_empty() && url.password().is_none();
        url.scheme() == "https" && url.has_host() && bare && text.len() <= max_chars
    });
    url.map(String::from)
}

fn endpoint(text: &str) -> Option<String> {
    let address = address(text, MAX_ENDPOINT_CHARS)?;
    let is_public = match Url::parse(&address).ok()?.host()? {
        Host::Ipv4(host) => is_public(IpAddr::V4(host)),
        Host::Ipv6(host) => is_public(IpAddr::V6(host)),
        Host::Domain(name) => name.contains('.') && !name.ends_with(".localhost"),
    };
    is_public.then_some(address)
}

fn is_surface(text: &str) -> bool {
    let is_name = |name: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        (1..=200).contains(&name.len()) && name.bytes().all(plain)
    };
    text == "notes" || text.strip_prefix(super::account::APP_EVENTS).is_some_and(is_name)
}
