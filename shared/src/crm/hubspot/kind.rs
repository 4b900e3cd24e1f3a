//! How HubSpot spells what kind a record is: `CONTACT`, `contact`, `contacts` or `0-1`, by the API and its version.
//!
//! Source: HubSpot's guides on workflow actions, webhooks and object types, which differ among themselves.

/// Whether an object type is that of contacts.
pub(crate) fn is_contact(spelt: &str) -> bool {
    let spelt = spelt.trim();
    ["contact", "contacts", "0-1"].iter().any(|known| spelt.eq_ignore_ascii_case(known))
}
