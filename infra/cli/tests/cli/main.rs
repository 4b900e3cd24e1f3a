//! The real binary, against the emulators of AWS and the fakes of LINE and HubSpot.

mod channel;
mod channel_state;
mod console;
mod dead_letters;
mod doctor;
mod documented;
mod friends;
mod inbox;
mod key;
mod login;
mod message;
mod parked;
mod person;
mod portal;
mod project;
mod support;
mod unreadable;
mod webhook_secret;
mod workspace;
