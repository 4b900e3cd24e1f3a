//! Musubi's HubSpot client against the fake HubSpot, over HTTP.

mod account;
mod app_events;
mod contacts;
mod contract;
mod deadline;
mod inbox;
mod set_up;
mod support;
mod timeline;
mod workflows;
