//! The addresses of an Official Account's LINE Login, as an operator is shown them.

use musubi::config;
use musubi::domain::addresses::LoginAddresses;
use musubi::domain::channel::Channel;

use crate::failure::Failure;
use crate::workspace::Workspace;

/// Of this Official Account, as it is set up.
///
/// # Errors
/// The stack's public URL is not known.
pub fn of(workspace: &Workspace, channel: &Channel) -> Result<LoginAddresses, Failure> {
    let liff_url = config::liff_urls(&workspace.environment)?.apps;
    Ok(LoginAddresses::of(channel, &config::public_url(&workspace.environment)?, &liff_url))
}

/// Adds the account as a friend and does nothing else.
pub fn friend(channel: &Channel) -> String {
    format!("https://line.me/R/ti/p/{}", channel.basic_id)
}
