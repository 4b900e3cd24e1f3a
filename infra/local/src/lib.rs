//! Musubi in one process: AWS, LINE and a CRM on a laptop.

pub mod aws;
pub mod contract;
pub mod fake;
