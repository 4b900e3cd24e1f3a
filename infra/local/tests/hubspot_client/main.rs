//! Musubi's HubSpot client against the fake HubSpot, over HTTP.

mod account;
mod contacts;
mod support;
mod timeline;
mod workflows;
