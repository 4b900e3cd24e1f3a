//! Musubi from outside: sentences end to end, contracts, the house's own rules.

mod architecture;
mod events;
mod line_message_schema;
mod line_samples;
