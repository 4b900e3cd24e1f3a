//! `GET /line/{channel}/login` and what belongs to it: LINE Login, LIFF, unlinking.
//!
//! So far the pages that people see; plain functions from what is known to HTML.

pub mod pages;
