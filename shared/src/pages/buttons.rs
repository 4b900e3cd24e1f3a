//! Buttons, and the form that one sends.

use maud::{Markup, html};

/// How a button looks.
#[derive(Clone, Copy)]
pub enum Look {
    /// What most people want to do here.
    Main,
    /// One of several.
    Plain,
    /// What cannot be taken back by pressing another button.
    Grave,
}

impl Look {
    fn class(self) -> &'static str {
        match self {
            Self::Main => "button",
            Self::Plain => "button plain",
            Self::Grave => "button grave",
        }
    }
}

/// The place of buttons, one below the other.
pub fn actions(buttons: Markup) -> Markup {
    html! { div class="actions" { (buttons) } }
}

/// The place of two buttons, side by side.
pub fn pair(buttons: Markup) -> Markup {
    html! { div class="actions pair" { (buttons) } }
}

/// A button that leads to an address.
pub fn button(look: Look, label: &str, address: &str) -> Markup {
    html! { a class=(look.class()) href=(address) { (label) } }
}

/// A button that saves what is at a path as a file of this name.
pub fn download(look: Look, label: &str, path: &str, file_name: &str) -> Markup {
    html! { a class=(look.class()) href=(path) download=(file_name) { (label) } }
}

/// A button that sends its form.
pub fn submit(look: Look, label: &str) -> Markup {
    html! { button class=(look.class()) { (label) } }
}

/// A form that is posted to a path of ours, as `token=...`. The token proves that the form is one of our pages'; the policy of a
/// page lets a form be sent nowhere else.
pub fn form(path: &str, token: &str, inside: Markup) -> Markup {
    html! {
        form method="post" action=(path) {
            input type="hidden" name="token" value=(token);
            (inside)
        }
    }
}
