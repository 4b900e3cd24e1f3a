#![doc = include_str!("../README.md")]

#[cfg(feature = "aws")]
pub mod aws;
pub mod batch;
pub mod browser;
pub mod config;
pub mod crm;
pub mod domain;
pub mod flow;
pub mod http;
pub mod line;
pub mod pages;
pub mod ports;
pub mod qr;
pub mod store;
pub mod telemetry;
