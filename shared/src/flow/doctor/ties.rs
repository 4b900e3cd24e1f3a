//! Official Accounts and CRM accounts name each other.

use crate::domain::account::CrmAccount;
use crate::domain::channel::Channel;
use crate::domain::finding::{About, Finding};
use crate::domain::words::findings::ties::{ACCOUNT_MISSING, CHANNEL_ELSEWHERE, CHANNEL_MISSING, NOT_LISTED};

/// What is wrong between them. Where some of either cannot be read (`are_whole` is false), none is said to be missing.
pub(super) fn between(accounts: &[CrmAccount], channels: &[Channel], are_whole: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for channel in channels {
        let about = About::Channel(channel.id.clone());
        let complaint = match accounts.iter().find(|account| account.key == channel.account) {
            Some(account) if account.channels.contains(&channel.id) => continue,
            Some(_) => &NOT_LISTED,
            None if !are_whole => continue,
            None => &ACCOUNT_MISSING,
        };
        findings.push(Finding::new(complaint, about).with("account", channel.account.to_string()));
    }
    for account in accounts {
        for id in &account.channels {
            let finding = |complaint| {
                Finding::new(complaint, About::Account(account.key.clone())).with("channel", id.to_string())
            };
            match channels.iter().find(|channel| channel.id == *id) {
                Some(channel) if channel.account == account.key => {}
                Some(channel) => {
                    findings.push(finding(&CHANNEL_ELSEWHERE).with("account", channel.account.to_string()))
                }
                None if !are_whole => {}
                None => findings.push(finding(&CHANNEL_MISSING)),
            }
        }
    }
    findings
}
