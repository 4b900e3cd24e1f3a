//! The picture above a title.

use maud::{Markup, Render, html};

/// How something ended, at a glance. Says nothing that the words below do not say.
#[derive(Clone, Copy)]
pub enum Mark {
    /// It is done.
    Done,
    /// Its time is over.
    Late,
    /// Nothing is wrong; something is to be known.
    Note,
    /// It did not work.
    Alert,
}

impl Render for Mark {
    fn render(&self) -> Markup {
        let (ground, colour, path) = match self {
            Self::Done => ("#e3f4ea", "#08713c", "M20 33l8.5 8.5L45 25"),
            Self::Late => ("#eef1ef", "#4d5b54", "M32 16a16 16 0 1 1 0 32a16 16 0 1 1 0-32M32 23v9l6 4"),
            Self::Note => ("#eef1ef", "#4d5b54", "M32 20v.5M32 30v16"),
            Self::Alert => ("#fdf1e0", "#a35a00", "M32 19v17M32 45v.5"),
        };
        html! {
            svg class="mark" viewBox="0 0 64 64" aria-hidden="true" {
                circle cx="32" cy="32" r="32" fill=(ground) {}
                path d=(path) fill="none" stroke=(colour) stroke-width="4.5" stroke-linecap="round"
                    stroke-linejoin="round" {}
            }
        }
    }
}
