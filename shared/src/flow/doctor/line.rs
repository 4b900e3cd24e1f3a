//! An Official Account, as LINE says it is.

use super::{Doctor, cannot};
use crate::domain::channel::Channel;
use crate::domain::finding::{About, Finding};
use crate::domain::push::PushOutcome;
use crate::domain::quota::QuotaState;
use crate::domain::words::findings::{line as words, sends};
use crate::ports::checkup::SeenAccount;

/// A send that was refused longer ago than this says nothing of today.
const LATELY_MS: i64 = 7 * 86_400_000;
/// From this share of the month's messages on, few are left.
const NEARLY_ALL_PERCENT: u64 = 90;

/// What LINE says of an Official Account.
#[derive(Default)]
pub(super) struct SeenAtLine {
    pub(super) findings: Vec<Finding>,
    /// By how much LINE's clock is ahead, in milliseconds.
    pub(super) ahead_ms: Option<i64>,
    pub(super) quota: Option<QuotaState>,
    /// It does not answer.
    pub(super) is_silent: bool,
    /// Its webhooks are to come here, and arrive.
    pub(super) is_reached: bool,
}

impl Doctor {
    /// What is wrong, and what else is seen on the way.
    pub(super) async fn official_account(&self, channel: &Channel) -> SeenAtLine {
        let about = || About::Channel(channel.id.clone());
        let seen = match self.line.official_account(&channel.id).await {
            Ok(seen) => seen,
            // It would say nothing else either.
            Err(error) if error.is_transient() => {
                let findings = vec![cannot::hear(about(), cannot::ALL_AT_LINE)];
                return SeenAtLine { findings, is_silent: true, ..SeenAtLine::default() };
            }
            Err(_) => {
                let findings = vec![Finding::new(&words::REFUSED, about())];
                return SeenAtLine { findings, ..SeenAtLine::default() };
            }
        };
        let mut findings = identity(channel, &seen);
        // One that takes nobody's webhooks but another bot's refuses LINE's test, too.
        let is_own = seen.bot_user_id == channel.bot_user_id;
        findings.extend((seen.is_chat_on == Some(false)).then(|| Finding::new(&words::CHAT_OFF, about())));
        let (webhook, quota, verified) = futures::join!(
            self.webhook(channel, is_own),
            self.line.quota(&channel.id),
            self.line.is_verified(&channel.id)
        );
        let is_reached = is_own && webhook.is_empty();
        findings.extend(webhook);
        let quota = quota.map(|quota| QuotaState::at(quota.used, quota.limit, self.clock.now_ms()));
        match &quota {
            Ok(quota) => findings.extend(spent(quota, about())),
            Err(error) => findings.push(cannot::ask_line(about(), cannot::QUOTA, error)),
        }
        match verified {
            Ok(true) => {}
            Ok(false) => findings.push(Finding::new(&words::NOT_VERIFIED, about())),
            Err(error) => findings.push(cannot::ask_line(about(), cannot::VERIFIED, &error)),
        }
        let ahead_ms = seen.at_ms.map(|at_ms| at_ms - self.clock.now_ms());
        SeenAtLine { findings, ahead_ms, quota: quota.ok(), is_reached, ..SeenAtLine::default() }
    }

    /// Whether a send was refused lately in a way that shows a mistake in the set-up: the channels are of two providers.
    pub(super) async fn refused_lately(&self, channel: &Channel) -> Vec<Finding> {
        let about = || About::Channel(channel.id.clone());
        match self.journal.last_refusal(&channel.id).await {
            Ok(Some(refusal)) if refusal.outcome == PushOutcome::WrongProvider => {
                let is_recent = self.clock.now_ms() - refusal.at_ms < LATELY_MS;
                is_recent.then(|| Finding::new(&sends::WRONG_PROVIDER, about())).into_iter().collect()
            }
            // A note of another version is overwritten by the next one.
            Ok(_) => Vec::new(),
            Err(error) if error.is_unreadable() => Vec::new(),
            Err(error) => vec![cannot::read(about(), cannot::REFUSALS, &error)],
        }
    }
}

fn identity(channel: &Channel, seen: &SeenAccount) -> Vec<Finding> {
    let about = || About::Channel(channel.id.clone());
    let mut findings = Vec::new();
    if seen.bot_user_id != channel.bot_user_id {
        findings.push(Finding::new(&words::BOT_DIFFERS, about()));
    }
    if seen.basic_id != channel.basic_id {
        let finding = Finding::new(&words::BASIC_ID_DIFFERS, about());
        findings.push(finding.with("stored", channel.basic_id.clone()).with("seen", seen.basic_id.clone()));
    }
    if seen.name != channel.name {
        findings.push(Finding::new(&words::NAME_DIFFERS, about()));
    }
    findings
}

fn spent(quota: &QuotaState, about: About) -> Option<Finding> {
    let limit = quota.limit?;
    let finding = |complaint| {
        Finding::new(complaint, about).with("used", quota.used.to_string()).with("limit", limit.to_string())
    };
    if quota.used >= limit {
        return Some(finding(&sends::QUOTA_USED_UP));
    }
    if quota.used.saturating_mul(100) >= limit.saturating_mul(NEARLY_ALL_PERCENT) {
        return Some(finding(&sends::QUOTA_NEARLY_USED));
    }
    let (forecast, _) = quota.will_run_out()?;
    Some(finding(&sends::QUOTA_WILL_RUN_OUT).with("forecast", forecast.to_string()))
}
