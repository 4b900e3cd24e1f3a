//! Flex messages: containers and components.
//!
//! Any component may stand in any box here; which layout takes which component is left to LINE to judge.

use super::super::{
    json::Json,
    limits,
    path::Path,
    problem::Problem,
    shape::{Field, Rule, Shape, Variants, optional, plain, required, variants},
};
use super::action;

const TEXT: Rule = Rule::ANY_TEXT;
const FLEX: Field = optional("flex", Rule::ANY_WHOLE);
const MARGIN: Field = optional("margin", TEXT);
const POSITION: Field = optional("position", Rule::OneOf(&["relative", "absolute"]));
const TOP: Field = optional("offsetTop", TEXT);
const BOTTOM: Field = optional("offsetBottom", TEXT);
const START: Field = optional("offsetStart", TEXT);
const END: Field = optional("offsetEnd", TEXT);
const ALIGN: Field = optional("align", Rule::OneOf(&["start", "end", "center"]));
const GRAVITY: Field = optional("gravity", Rule::OneOf(&["top", "bottom", "center"]));
const COLOR: Field = optional("color", TEXT);
const SIZE: Field = optional("size", TEXT);
const RATIO: Field = optional("aspectRatio", TEXT);
const BACKGROUND_COLOR: Field = optional("backgroundColor", TEXT);
const WEIGHT: Field = optional("weight", Rule::OneOf(&["regular", "bold"]));
const STYLE: Field = optional("style", Rule::OneOf(&["normal", "italic"]));
const DECORATION: Field = optional("decoration", Rule::OneOf(&["none", "underline", "line-through"]));
const ADJUST: Field = optional("adjustMode", Rule::OneOf(&["shrink-to-fit"]));
const SCALING: Field = optional("scaling", Rule::Flag);
const ACTION: Field = optional("action", action::IN_FLEX);

pub(in super::super) static CONTAINERS: Variants = variants! { "bubble" => BUBBLE, "carousel" => CAROUSEL };

static BUBBLES: Variants = variants! { "bubble" => BUBBLE };

static CAROUSEL: Shape = Shape {
    fields: &[required("contents", Rule::List { of: &Rule::Variants(&BUBBLES), least: 1, limit: 12 })],
    also: |json, at| check_bytes(json, limits::FLEX_CAROUSEL_BYTES, at),
};

static BUBBLE: Shape = Shape {
    fields: &[
        optional("size", Rule::OneOf(&["nano", "micro", "deca", "hecto", "kilo", "mega", "giga"])),
        optional("direction", Rule::OneOf(&["ltr", "rtl"])),
        optional("header", Rule::Variants(&BOXES)),
        optional("hero", Rule::Variants(&HEROES)),
        optional("body", Rule::Variants(&BOXES)),
        optional("footer", Rule::Variants(&BOXES)),
        optional("styles", Rule::Object(&STYLES)),
        ACTION,
    ],
    also: |json, at| check_bytes(json, limits::FLEX_BUBBLE_BYTES, at),
};

fn check_bytes(json: &Json, limit_bytes: usize, at: Path<'_>) -> Result<(), Problem> {
    let actual_bytes = json.render().len();
    if actual_bytes > limit_bytes {
        return Err(Problem::TooLarge { at: at.spell(), limit_bytes, actual_bytes });
    }
    Ok(())
}

static BOXES: Variants = variants! { "box" => BOX };

static HEROES: Variants = variants! { "box" => BOX, "image" => IMAGE, "video" => VIDEO };

static INSTEAD_OF_VIDEO: Variants = variants! { "box" => BOX, "image" => IMAGE };

static SPANS: Variants = variants! { "span" => SPAN };

static COMPONENTS: Variants = variants! {
    "box" => BOX,
    "button" => BUTTON,
    "image" => IMAGE,
    "video" => VIDEO,
    "icon" => ICON,
    "text" => TEXT_COMPONENT,
    "span" => SPAN,
    "separator" => SEPARATOR,
    "filler" => FILLER,
};

static STYLES: Shape = plain(&[
    optional("header", Rule::Object(&BLOCK_STYLE)),
    optional("hero", Rule::Object(&BLOCK_STYLE)),
    optional("body", Rule::Object(&BLOCK_STYLE)),
    optional("footer", Rule::Object(&BLOCK_STYLE)),
]);

static BLOCK_STYLE: Shape =
    plain(&[BACKGROUND_COLOR, optional("separator", Rule::Flag), optional("separatorColor", TEXT)]);

static BOX: Shape = plain(&[
    required("layout", Rule::OneOf(&["horizontal", "vertical", "baseline"])),
    required("contents", Rule::List { of: &Rule::Variants(&COMPONENTS), least: 0, limit: usize::MAX }),
    FLEX,
    optional("spacing", TEXT),
    MARGIN,
    POSITION,
    TOP,
    BOTTOM,
    START,
    END,
    BACKGROUND_COLOR,
    optional("borderColor", TEXT),
    optional("borderWidth", TEXT),
    optional("cornerRadius", TEXT),
    optional("width", TEXT),
    optional("maxWidth", TEXT),
    optional("height", TEXT),
    optional("maxHeight", TEXT),
    optional("paddingAll", TEXT),
    optional("paddingTop", TEXT),
    optional("paddingBottom", TEXT),
    optional("paddingStart", TEXT),
    optional("paddingEnd", TEXT),
    optional(
        "justifyContent",
        Rule::OneOf(&["center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"]),
    ),
    optional("alignItems", Rule::OneOf(&["center", "flex-start", "flex-end"])),
    optional("background", Rule::Variants(&BACKGROUNDS)),
    ACTION,
]);

static BACKGROUNDS: Variants = variants! { "linearGradient" => LINEAR_GRADIENT };

static LINEAR_GRADIENT: Shape = plain(&[
    required("angle", TEXT),
    required("startColor", TEXT),
    required("endColor", TEXT),
    optional("centerColor", TEXT),
    optional("centerPosition", TEXT),
]);

static BUTTON: Shape = plain(&[
    required("action", action::IN_FLEX_BUTTON),
    FLEX,
    COLOR,
    optional("style", Rule::OneOf(&["primary", "secondary", "link"])),
    GRAVITY,
    MARGIN,
    POSITION,
    TOP,
    BOTTOM,
    START,
    END,
    optional("height", Rule::OneOf(&["md", "sm"])),
    ADJUST,
    SCALING,
]);

static IMAGE: Shape = plain(&[
    required("url", Rule::MEDIA),
    FLEX,
    MARGIN,
    POSITION,
    TOP,
    BOTTOM,
    START,
    END,
    ALIGN,
    GRAVITY,
    SIZE,
    RATIO,
    optional("aspectMode", Rule::OneOf(&["fit", "cover"])),
    BACKGROUND_COLOR,
    ACTION,
    optional("animated", Rule::Flag),
]);

static VIDEO: Shape = plain(&[
    required("url", Rule::MEDIA),
    required("previewUrl", Rule::MEDIA),
    required("altContent", Rule::Variants(&INSTEAD_OF_VIDEO)),
    RATIO,
    ACTION,
]);

static ICON: Shape =
    plain(&[required("url", Rule::MEDIA), SIZE, RATIO, MARGIN, POSITION, TOP, BOTTOM, START, END, SCALING]);

static TEXT_COMPONENT: Shape = Shape {
    fields: &[
        optional("text", TEXT),
        optional("contents", Rule::List { of: &Rule::Variants(&SPANS), least: 0, limit: usize::MAX }),
        FLEX,
        SIZE,
        ALIGN,
        GRAVITY,
        COLOR,
        WEIGHT,
        STYLE,
        DECORATION,
        optional("wrap", Rule::Flag),
        optional("lineSpacing", TEXT),
        MARGIN,
        POSITION,
        TOP,
        BOTTOM,
        START,
        END,
        ACTION,
        optional("maxLines", Rule::ANY_WHOLE),
        ADJUST,
        SCALING,
    ],
    also: says_something,
};

/// A text component has a text or spans. LINE refuses the whole message over an empty one.
fn says_something(json: &Json, at: Path<'_>) -> Result<(), Problem> {
    match json.text("text") {
        _ if !json.list("contents").is_empty() => Ok(()),
        None => Err(Problem::Missing { at: at.key("text").spell() }),
        Some("") => Err(Problem::Empty { at: at.key("text").spell() }),
        Some(_) => Ok(()),
    }
}

static SPAN: Shape = plain(&[optional("text", TEXT), SIZE, COLOR, WEIGHT, STYLE, DECORATION]);

static SEPARATOR: Shape = plain(&[MARGIN, COLOR]);

static FILLER: Shape = plain(&[FLEX]);
