//! What an object of LINE's may hold, as data, and the one reader of that data.

use super::{
    address::{self, Address},
    json::Json,
    limits::TextUnit,
    path::Path,
    problem::{Problem, ValueKind},
};

/// An object: its properties, and what they must be together. Properties that are not named here pass as they are,
/// since LINE adds some without notice.
pub(super) struct Shape {
    pub(super) fields: &'static [Field],
    pub(super) also: fn(&Json, Path<'_>) -> Result<(), Problem>,
}

/// One property of an object.
pub(super) struct Field {
    pub(super) name: &'static str,
    required: bool,
    pub(super) rule: Rule,
}

/// The types that may stand at one place, each with its object.
pub(super) struct Variants {
    pub(super) names: &'static [&'static str],
    pub(super) shapes: &'static [&'static Shape],
}

/// What a value must be.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// A text; of at least one character where `filled`.
    Text {
        filled: bool,
        limit: usize,
        unit: TextUnit,
    },
    Address(Address),
    /// Letters, digits and `_`, at most so many.
    Word(usize),
    OneOf(&'static [&'static str]),
    Whole {
        least: i64,
    },
    Number,
    Flag,
    Object(&'static Shape),
    Variants(&'static Variants),
    List {
        of: &'static Rule,
        least: usize,
        limit: usize,
    },
    /// A rule that needs words of its own.
    By(fn(&Json, Path<'_>) -> Result<(), Problem>),
}

impl Rule {
    /// A text of any length, counted by nobody.
    pub(super) const ANY_TEXT: Self = Self::Text { filled: false, limit: usize::MAX, unit: TextUnit::Utf16 };
    /// A text that must say something.
    pub(super) const SOME_TEXT: Self = Self::Text { filled: true, limit: usize::MAX, unit: TextUnit::Utf16 };
    pub(super) const MEDIA: Self = Self::Address(Address::Media);
    pub(super) const LINK: Self = Self::Address(Address::Link);
    pub(super) const ANY_WHOLE: Self = Self::Whole { least: i64::MIN };

    /// A text of 1 to `limit` UTF-16 code units.
    pub(super) const fn utf16(limit: usize) -> Self {
        Self::Text { filled: true, limit, unit: TextUnit::Utf16 }
    }

    /// A text of at most `limit` grapheme clusters, perhaps none.
    pub(super) const fn graphemes(limit: usize) -> Self {
        Self::Text { filled: false, limit, unit: TextUnit::Graphemes }
    }
}

/// Types and their objects, side by side.
macro_rules! variants {
    ($($name:literal => $shape:expr),+ $(,)?) => {
        $crate::line::message::shape::Variants { names: &[$($name),+], shapes: &[$(&$shape),+] }
    };
}
pub(super) use variants;

pub(super) const fn required(name: &'static str, rule: Rule) -> Field {
    Field { name, required: true, rule }
}

pub(super) const fn optional(name: &'static str, rule: Rule) -> Field {
    Field { name, required: false, rule }
}

/// An object whose properties say it all.
pub(super) const fn plain(fields: &'static [Field]) -> Shape {
    Shape { fields, also: |_, _| Ok(()) }
}

/// Holds an object against its shape.
pub(super) fn check_object(json: &Json, shape: &Shape, at: Path<'_>) -> Result<(), Problem> {
    if !matches!(json, Json::Object(_)) {
        return wrong_kind(ValueKind::Object, at);
    }
    for field in shape.fields {
        let here = at.key(field.name);
        match json.get(field.name) {
            Some(value) => check_value(value, &field.rule, here)?,
            None if field.required => return Err(Problem::Missing { at: here.spell() }),
            None => {}
        }
    }
    (shape.also)(json, at)
}

/// Holds an object against the shape that its `type` names.
pub(super) fn check_variants(json: &Json, variants: &Variants, at: Path<'_>) -> Result<(), Problem> {
    if !matches!(json, Json::Object(_)) {
        return wrong_kind(ValueKind::Object, at);
    }
    let here = at.key("type");
    match json.get("type") {
        None => Err(Problem::Missing { at: here.spell() }),
        Some(Json::Text(kind)) => match variants.names.iter().position(|name| name == kind) {
            Some(index) => check_object(json, variants.shapes[index], at),
            None => Err(Problem::UnknownType { at: here.spell(), known: variants.names }),
        },
        Some(_) => wrong_kind(ValueKind::Text, here),
    }
}

fn check_value(json: &Json, rule: &Rule, at: Path<'_>) -> Result<(), Problem> {
    match (rule, json) {
        (Rule::Text { filled, limit, unit }, Json::Text(text)) => check_text(text, *filled, *limit, *unit, at),
        (Rule::Address(address), Json::Text(text)) => address::check(text, *address, at),
        (Rule::Word(limit), Json::Text(text)) => {
            if is_word(text, *limit) {
                Ok(())
            } else {
                Err(Problem::NotAWord { at: at.spell() })
            }
        }
        (Rule::OneOf(allowed), Json::Text(text)) => {
            let known = allowed.contains(&text.as_str());
            if known { Ok(()) } else { Err(Problem::NotOneOf { at: at.spell(), allowed }) }
        }
        (Rule::Whole { least }, Json::Number(number)) if number.is_i64() || number.is_u64() => {
            let small = number.as_i64().is_some_and(|number| number < *least);
            if small { Err(Problem::TooSmall { at: at.spell(), least: *least }) } else { Ok(()) }
        }
        (Rule::Number, Json::Number(_)) | (Rule::Flag, Json::Flag(_)) => Ok(()),
        (Rule::Object(shape), _) => check_object(json, shape, at),
        (Rule::Variants(variants), _) => check_variants(json, variants, at),
        (Rule::List { of, least, limit }, Json::List(items)) => check_list(items, of, *least, *limit, at),
        (Rule::By(check), _) => check(json, at),
        (Rule::Text { .. } | Rule::Address(_) | Rule::Word(_) | Rule::OneOf(_), _) => wrong_kind(ValueKind::Text, at),
        (Rule::Whole { .. }, _) => wrong_kind(ValueKind::WholeNumber, at),
        (Rule::Number, _) => wrong_kind(ValueKind::Number, at),
        (Rule::Flag, _) => wrong_kind(ValueKind::Flag, at),
        (Rule::List { .. }, _) => wrong_kind(ValueKind::List, at),
    }
}

/// Holds a text against a bound.
pub(super) fn check_text(text: &str, filled: bool, limit: usize, unit: TextUnit, at: Path<'_>) -> Result<(), Problem> {
    if filled && text.is_empty() {
        return Err(Problem::Empty { at: at.spell() });
    }
    let actual = if limit == usize::MAX { 0 } else { unit.count(text) };
    if actual > limit { Err(Problem::TooLong { at: at.spell(), limit, actual, unit }) } else { Ok(()) }
}

fn check_list(items: &[Json], of: &Rule, least: usize, limit: usize, at: Path<'_>) -> Result<(), Problem> {
    let actual = items.len();
    if actual < least {
        return Err(Problem::TooFew { at: at.spell(), least, actual });
    }
    if actual > limit {
        return Err(Problem::TooMany { at: at.spell(), limit, actual });
    }
    items.iter().enumerate().try_for_each(|(index, item)| check_value(item, of, at.index(index)))
}

/// Letters, digits and `_`, from one to `limit` of them.
pub(super) fn is_word(text: &str, limit: usize) -> bool {
    (1..=limit).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

pub(super) fn wrong_kind(expected: ValueKind, at: Path<'_>) -> Result<(), Problem> {
    Err(Problem::WrongKind { at: at.spell(), expected })
}
