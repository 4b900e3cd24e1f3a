//! Where LINE sends an Official Account's webhooks, and whether they arrive.

use url::Url;

use super::{Doctor, cannot};
use crate::domain::addresses;
use crate::domain::channel::Channel;
use crate::domain::finding::{About, Complaint, Finding};
use crate::domain::words::findings::line as words;
use crate::ports::checkup::WebhookTry;

impl Doctor {
    /// What is wrong. LINE `tries` the address only where it is ours: others need not hear of it.
    pub(super) async fn webhook(&self, channel: &Channel, tries: bool) -> Vec<Finding> {
        let ours = addresses::page(&self.public_url, &channel.id, "webhook");
        let about = || About::Channel(channel.id.clone());
        let finding = |complaint| Finding::new(complaint, about());
        let seen = match self.line.webhook(&channel.id).await {
            Ok(Some(seen)) => seen,
            Ok(None) => return vec![finding(&words::WEBHOOK_NOT_SET).with("url", ours)],
            Err(error) => return vec![cannot::ask_line(about(), cannot::WEBHOOK, &error)],
        };
        let mut findings = Vec::new();
        if !seen.is_used {
            findings.push(finding(&words::WEBHOOK_OFF));
        }
        if seen.url != ours {
            let differs = finding(&words::WEBHOOK_URL_DIFFERS).with("host", host(&seen.url)).with("url", ours);
            findings.push(differs);
            return findings;
        }
        if !tries {
            return findings;
        }
        findings.extend(match self.line.try_webhook(&channel.id).await {
            Ok(WebhookTry::Good) => None,
            Ok(WebhookTry::Status(401)) => Some(finding(&words::WEBHOOK_UNAUTHORISED)),
            Ok(WebhookTry::Status(404)) => Some(finding(&words::WEBHOOK_NOT_FOUND).with("url", ours)),
            Ok(WebhookTry::Status(status)) => Some(finding(&words::WEBHOOK_REFUSED).with("status", status.to_string())),
            Ok(WebhookTry::TooLate) => Some(finding(&words::WEBHOOK_TOO_LATE)),
            Ok(WebhookTry::NoAnswer) => Some(finding(&words::WEBHOOK_UNREACHABLE).with("url", ours)),
            Err(error) => Some(cannot::ask_line(about(), cannot::WEBHOOK_TEST, &error)),
        });
        findings
    }
}

/// Whether it says that our public address does not answer as it must.
pub(super) fn is_of_our_address(complaint: &Complaint) -> bool {
    let all =
        [&words::WEBHOOK_NOT_FOUND, &words::WEBHOOK_REFUSED, &words::WEBHOOK_TOO_LATE, &words::WEBHOOK_UNREACHABLE];
    all.iter().any(|it| it.code == complaint.code)
}

/// All that is told of a foreign address: the rest may be a secret.
pub(super) fn host(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "?".to_owned())
}
