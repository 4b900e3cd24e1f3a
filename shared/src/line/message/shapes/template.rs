//! Template messages: buttons, confirm, carousel, image carousel. Their texts count in grapheme clusters.

use super::super::{
    json::Json,
    limits::TextUnit,
    path::Path,
    problem::Problem,
    shape::{Field, Rule, Shape, Variants, check_text, optional, plain, required, variants},
};
use super::action;

/// A text whose bound depends on what stands above it: no more than this with an image or a title.
const SHORT_TEXT: usize = 60;

pub(super) static TEMPLATES: Variants = variants! {
    "buttons" => BUTTONS,
    "confirm" => CONFIRM,
    "carousel" => CAROUSEL,
    "image_carousel" => IMAGE_CAROUSEL,
};

const THUMBNAIL: Field = optional("thumbnailImageUrl", Rule::MEDIA);
const ASPECT_RATIO: Field = optional("imageAspectRatio", Rule::OneOf(&["rectangle", "square"]));
const IMAGE_SIZE: Field = optional("imageSize", Rule::OneOf(&["cover", "contain"]));
const BACKGROUND: Field = optional("imageBackgroundColor", Rule::ANY_TEXT);
const TITLE: Field = optional("title", Rule::graphemes(40));
const DEFAULT_ACTION: Field = optional("defaultAction", action::BY_DEFAULT);

const fn text(limit: usize) -> Field {
    required("text", Rule::Text { filled: true, limit, unit: TextUnit::Graphemes })
}

const fn actions(least: usize, limit: usize) -> Field {
    required("actions", Rule::List { of: &action::IN_TEMPLATE, least, limit })
}

static BUTTONS: Shape = Shape {
    fields: &[THUMBNAIL, ASPECT_RATIO, IMAGE_SIZE, BACKGROUND, TITLE, text(160), DEFAULT_ACTION, actions(1, 4)],
    also: short_below_an_image_or_title,
};

static CONFIRM: Shape = plain(&[text(240), actions(2, 2)]);

static CAROUSEL: Shape = Shape {
    fields: &[
        required("columns", Rule::List { of: &Rule::Object(&COLUMN), least: 1, limit: 10 }),
        ASPECT_RATIO,
        IMAGE_SIZE,
    ],
    also: columns_alike,
};

static COLUMN: Shape = Shape {
    fields: &[THUMBNAIL, BACKGROUND, TITLE, text(120), DEFAULT_ACTION, actions(1, 3)],
    also: short_below_an_image_or_title,
};

static IMAGE_CAROUSEL: Shape =
    plain(&[required("columns", Rule::List { of: &Rule::Object(&IMAGE_COLUMN), least: 1, limit: 10 })]);

static IMAGE_COLUMN: Shape = plain(&[required("imageUrl", Rule::MEDIA), required("action", action::IN_IMAGE_CAROUSEL)]);

fn short_below_an_image_or_title(json: &Json, at: Path<'_>) -> Result<(), Problem> {
    if json.get("thumbnailImageUrl").is_none() && json.get("title").is_none() {
        return Ok(());
    }
    check_text(json.text("text").unwrap_or_default(), true, SHORT_TEXT, TextUnit::Graphemes, at.key("text"))
}

/// LINE wants the same number of actions in every column, and an image or a title in all of them or in none.
fn columns_alike(json: &Json, at: Path<'_>) -> Result<(), Problem> {
    let has = |column: &Json| {
        let there = |key| column.get(key).is_some();
        (column.list("actions").len(), there("thumbnailImageUrl"), there("title"))
    };
    let columns = json.list("columns");
    match columns.iter().position(|column| has(column) != has(&columns[0])) {
        Some(index) => Err(Problem::ColumnsDiffer { at: at.key("columns").index(index).spell() }),
        None => Ok(()),
    }
}
