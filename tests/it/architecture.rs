//! The house's own rules, as tests. Each rule is shown to bite on a made-up source.

mod documents;
mod edges;
mod escaping;
mod faces;
mod fakes;
mod habits;
mod handlers;
mod layers;
mod names;
mod ports;
mod reads;
mod source;
mod syntax;
mod tokens;
