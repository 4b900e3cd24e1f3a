//! What can be asked about friends.

use std::path::PathBuf;

use clap::{ArgGroup, Subcommand};

/// For friends.
#[derive(Debug, Subcommand)]
pub enum FriendsCommand {
    /// Takes in friends from a file or from LINE. Running it again changes nothing, or goes on where it stopped.
    #[command(
        group = ArgGroup::new("from").required(true),
        after_help = "\
The file is CSV with a heading, in UTF-8 or CP932 (Shift_JIS). Columns:
line_user_id          U and 32 characters of 0-9 and a-f; of this account's provider
contact_id or email   who it is in the CRM; may be empty or missing: then whoever has the LINE user ID there
name, picture         may be empty or missing: then LINE is asked"
    )]
    Import {
        /// The Messaging API channel's ID.
        channel: String,
        /// A CSV file.
        #[arg(long, value_name = "FILE", group = "from")]
        csv: Option<PathBuf>,
        /// LINE's list of friends; for verified and premium accounts alone.
        #[arg(long, group = "from")]
        from_line: bool,
        /// Only says what would be done with the file.
        #[arg(long, requires = "csv")]
        dry_run: bool,
        /// Friends a page, for tests.
        #[arg(long, hide = true, default_value_t = 1000)]
        page: u16,
    },
    /// Writes the people of an Official Account into a new file: LINE user IDs, contact IDs, how and since when linked. No messages.
    Export {
        /// The Messaging API channel's ID.
        channel: String,
        /// A file that is not there yet, by its name CSV (.csv) or JSON (.json).
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// How many friends LINE has listed, and how many of them were new.
    Count {
        /// The Messaging API channel's ID.
        channel: String,
    },
}
