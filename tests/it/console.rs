//! The console, by a browser: who gets in, what they see, and what nobody may.

mod browser;
mod getting_in;
mod install;
mod settings;
mod wizard;
