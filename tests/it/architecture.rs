//! The house's own rules, as tests. Each rule is shown to bite on a made-up source.

mod documents;
mod escaping;
mod habits;
mod layers;
mod ports;
mod source;
