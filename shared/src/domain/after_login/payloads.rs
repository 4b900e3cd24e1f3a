//! Open-redirect payloads, family by family. Each leads, or may lead some reader, away from the allowed origins
//! `https://shop.example` and `https://www.shop.example:8443`.
//!
//! `{evil}` stands for every host of [`EVIL`], `{good}` for every authority of [`GOOD`].

mod authority;
mod characters;
mod schemes;

/// Hosts that are on nobody's list.
pub const EVIL: [&str; 2] = ["evil.example", "203.0.113.9"];
/// What is on the list, after `https://`.
pub const GOOD: [&str; 2] = ["shop.example", "www.shop.example:8443"];

/// A family's name and its payloads.
pub type Family = (&'static str, &'static [&'static str]);

/// Every payload with its family.
pub fn all() -> Vec<(&'static str, String)> {
    let families = [authority::FAMILIES, characters::FAMILIES, schemes::FAMILIES].concat();
    let mut payloads = Vec::new();
    for (family, templates) in families {
        for template in templates {
            let mut texts: Vec<String> = EVIL
                .iter()
                .flat_map(|evil| GOOD.map(|good| template.replace("{evil}", evil).replace("{good}", good)))
                .collect();
            texts.sort();
            texts.dedup();
            payloads.extend(texts.into_iter().map(|text| (family, text)));
        }
    }
    payloads
}
