//! A person logs in with LINE and is linked; a hostile browser links nobody.

mod attacks;
mod browser;
mod ways;
