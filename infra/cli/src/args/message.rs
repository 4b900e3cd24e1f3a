//! What can be asked about messages of workflows.

use clap::Subcommand;

/// For messages.
#[derive(Debug, Subcommand)]
pub enum MessageCommand {
    /// What a workflow's message would be to a contact: its words with the contact's values, what stands in its way, LINE's own check, when it
    /// would go and what it would take of the month. Nothing is sent.
    Preview {
        /// The channel ID.
        #[arg(long)]
        channel: String,
        /// The contact's ID in the CRM.
        #[arg(long)]
        contact: String,
        /// It needs no consent, such as a receipt.
        #[arg(long)]
        service: bool,
        /// One to five messages, as the fields of the workflow action: text, or one LINE message object as JSON.
        #[arg(required = true, num_args = 1..=5, value_name = "MESSAGE")]
        messages: Vec<String>,
    },
    /// Sends it to the testers of an Official Account (the setting `testers`), each with their own contact's values. Each run sends it once more.
    Test {
        /// The channel ID.
        #[arg(long)]
        channel: String,
        /// One to five messages, as the fields of the workflow action: text, or one LINE message object as JSON.
        #[arg(required = true, num_args = 1..=5, value_name = "MESSAGE")]
        messages: Vec<String>,
    },
}
