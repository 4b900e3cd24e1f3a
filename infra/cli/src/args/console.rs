//! What can be asked about the console.

use clap::{Subcommand, ValueEnum};
use musubi::domain::operator::Role;

use super::Kind;

/// For the console.
#[derive(Debug, Subcommand)]
pub enum ConsoleCommand {
    /// Makes a one-time address that lets somebody into the console, within 15 minutes.
    Invite {
        /// The CRM account (HubSpot: the portal ID).
        portal: String,
        /// How they are called. The same name again is the same person: another address to sign in with, and this role.
        #[arg(long)]
        name: String,
        /// What they may do.
        #[arg(long, value_enum, default_value = "member")]
        role: RoleName,
        /// Only this Official Account may be seen; may be given more than once. Default: all of the CRM account's.
        #[arg(long)]
        channel: Vec<String>,
        /// Which CRM.
        #[arg(long, value_enum, default_value = "hubspot")]
        kind: Kind,
    },
    /// Who may use the console.
    List {
        /// The CRM account (HubSpot: the portal ID).
        portal: String,
        /// Which CRM.
        #[arg(long, value_enum, default_value = "hubspot")]
        kind: Kind,
    },
    /// Lets somebody in no more: they are out at once, on every page that they have open.
    Remove {
        /// The CRM account (HubSpot: the portal ID).
        portal: String,
        /// How they are called.
        #[arg(long)]
        name: String,
        /// Which CRM.
        #[arg(long, value_enum, default_value = "hubspot")]
        kind: Kind,
    },
}

/// A role, as it is spelled in arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// People, chat and sends.
    Member,
    /// Everything: settings, secrets, erasing, and who else may use the console.
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Member => Self::Member,
            RoleName::Admin => Self::Admin,
        }
    }
}
