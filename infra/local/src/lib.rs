//! Musubi in one process: the real handlers over embedded emulators, a fake LINE and a fake HubSpot.

pub mod aws;
pub mod burst;
pub mod contract;
pub mod demo;
pub mod fake;
pub mod fakes;
pub mod names;
pub mod outputs;
pub mod page;
pub mod pollers;
pub mod seed;
pub mod senders;
pub mod stack;
pub mod tenant;
pub mod waking;
pub mod world;
