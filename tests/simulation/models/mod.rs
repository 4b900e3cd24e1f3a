//! Models of what the ports stand for: they keep state and honour the contracts.

pub mod clock;
pub mod crm;
pub mod files;
pub mod inbox;
pub mod line;
pub mod login;
pub mod queue;
pub mod records;
pub mod search;
pub mod table;
