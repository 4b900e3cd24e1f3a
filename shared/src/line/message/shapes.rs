//! LINE's message objects, as data.
//!
//! Sources: the published specification (line/line-openapi) for names, kinds and closed lists of values; LINE
//! Developers' Messaging API reference, as of August 2026, for lengths, counts and what is required.

mod action;
mod flex;
mod message;
mod template;

pub(super) use flex::CONTAINERS;
pub(super) use message::MESSAGES;

use super::shape::{Rule, Shape, Variants};

/// The name as LINE documents it, where it documents one.
pub(super) fn documented_name(key: &str) -> Option<&'static str> {
    let mut seen = Vec::new();
    let mut roots = [&MESSAGES, action::EVERY, &message::SUBSTITUTES].into_iter();
    if key == "type" { Some("type") } else { roots.find_map(|root| name_in_variants(key, root, &mut seen)) }
}

fn name_in_variants(key: &str, variants: &Variants, seen: &mut Vec<*const Shape>) -> Option<&'static str> {
    variants.shapes.iter().find_map(|shape| name_in_shape(key, shape, seen))
}

fn name_in_shape(key: &str, shape: &'static Shape, seen: &mut Vec<*const Shape>) -> Option<&'static str> {
    let this: *const Shape = shape;
    if seen.contains(&this) {
        return None;
    }
    seen.push(this);
    shape.fields.iter().find_map(|field| {
        let mut rule = &field.rule;
        while let Rule::List { of, .. } = rule {
            rule = of;
        }
        let deeper = match rule {
            Rule::Object(shape) => name_in_shape(key, shape, seen),
            Rule::Variants(variants) => name_in_variants(key, variants, seen),
            _ => None,
        };
        if field.name == key { Some(field.name) } else { deeper }
    })
}
