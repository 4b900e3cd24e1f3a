//! The parts of a page that the stylesheet knows, but for buttons. What is plain HTML, such as the one `h1`, is written where
//! it is shown.

use maud::{Markup, html};

/// The white card that holds a page's parts.
pub fn card(inside: Markup) -> Markup {
    html! { div class="card" { (inside) } }
}

/// The Official Account's name, small, above the heading.
pub fn account_name(name: &str) -> Markup {
    html! { p class="account" { (name) } }
}

/// What happened, or what this page is about.
pub fn lead(text: &str) -> Markup {
    html! { p class="lead" { (text) } }
}

/// What to do now.
pub fn todo(text: &str) -> Markup {
    html! { div class="todo" { p { (text) } } }
}

/// Small print, which may hold links.
pub fn small_print(text: Markup) -> Markup {
    html! { div class="todo" { p class="small" { (text) } } }
}

/// A list under a title of its own.
pub fn section(title: &str, items: &[&str]) -> Markup {
    html! { h2 { (title) } (list(items)) }
}

/// A list.
pub fn list(items: &[&str]) -> Markup {
    html! { ul { @for item in items { li { (item) } } } }
}

/// What is said of each thing: pairs of a name and what there is to say.
pub fn facts(facts: &[(&str, &str)]) -> Markup {
    html! { dl { @for (name, fact) in facts { div { dt { (name) } dd { (fact) } } } } }
}

/// An address under its title, easily copied.
pub fn address(title: &str, address: &str) -> Markup {
    html! { h2 { (title) } p class="address" { (address) } }
}

/// A small link at the end.
pub fn quiet_link(label: &str, address: &str) -> Markup {
    html! { p class="quiet" { a href=(address) { (label) } } }
}

/// Turns while something is under way; the words beside it say what.
pub fn spinner() -> Markup {
    html! { span class="spinner" aria-hidden="true" {} }
}
