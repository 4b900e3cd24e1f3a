//! A person logs in with LINE and is linked; a hostile browser links nobody.

mod attacks;
pub mod browser;
mod ways;
