//! Musubi from outside: sentences end to end, contracts, the house's own rules.

mod line_message_schema;
mod line_samples;
