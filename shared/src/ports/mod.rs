//! Needs: what the flows ask of the world. Each is an object-safe trait, answered in `aws`, `line`
//! and `crm`, and by models in the simulation.

pub mod chat_signs;
pub mod checkup;
pub mod clock;
pub mod console;
pub mod crm;
pub mod crm_caller;
pub mod crm_set_up;
pub mod dead_letters;
pub mod endpoints;
pub mod error;
pub mod files;
pub mod friend_list;
pub mod line_consoles;
pub mod login;
pub mod messenger;
pub mod proposed;
pub mod queue;
pub mod secrets;
pub mod table;
pub mod team;

pub use chat_signs::ChatSigns;
pub use checkup::{CrmCheckup, CrmCheckups, LineCheckup};
pub use clock::Clock;
pub use console::{ChannelConsole, LoginConsole};
pub use crm::{Crm, Crms};
pub use crm_caller::CrmCaller;
pub use crm_set_up::CrmSetUp;
pub use dead_letters::DeadLetters;
pub use endpoints::{Endpoints, OutsideFiles};
pub use error::PortError;
pub use files::{CrmFiles, LineContent};
pub use friend_list::FriendList;
pub use line_consoles::LineConsoles;
pub use login::Login;
pub use messenger::Messenger;
pub use queue::Queue;
pub use secrets::Secrets;
pub use table::Table;
pub use team::Team;
