//! Pages for people: rendered here, one stylesheet that stands in each, nothing loaded from elsewhere but the scripts that a
//! page names.
//!
//! ```text
//! Frame::new(language, title).around(card(html! { (Mark::Done) h1 { (title) } (lead(..)) (actions(button(..))) }))
//! ```
//!
//! `maud` escapes whatever is inserted. Only constants of ours go in as they are, and the functions that put them there ask
//! for a `&'static str`; a test (`tests/it/architecture/escaping.rs`) counts the places. Which page says what is a matter of
//! the function that shows it.

mod buttons;
mod frame;
mod language;
mod mark;
mod page;
mod parts;
mod scripts;
#[cfg(test)]
mod tests;

pub use buttons::{Look, actions, button, download, form, pair, submit};
pub use frame::Frame;
pub use language::language_of;
pub use mark::Mark;
pub use page::Page;
pub use parts::{account_name, address, card, facts, lead, list, quiet_link, section, small_print, spinner, todo};
pub use scripts::{Nonce, Scripts};
