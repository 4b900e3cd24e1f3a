//! Musubi in one process: AWS, LINE and a CRM on a laptop.

pub mod aws;
pub mod contract;
pub mod demo;
pub mod fake;
pub mod page;
