//! Musubi from outside: sentences end to end, contracts, the house's own rules.

mod account_link;
mod app;
mod architecture;
mod bad_input;
mod contacts;
mod erase;
mod events;
mod flood;
mod follows;
mod greeting;
mod imports;
mod inbound;
mod large;
mod last_heard;

mod line_message_schema;
mod line_samples;
mod local_world;
mod logins;
mod order;
mod outbound;
mod outcomes_in_words;
mod owners;
mod presets;
mod probe;
mod records;
mod refused;
mod requests_schema;
mod schedule;
mod strangers;
mod tenants;
mod thousands;
mod unanswered;
mod unsend;
mod versions;
mod words_kept;
