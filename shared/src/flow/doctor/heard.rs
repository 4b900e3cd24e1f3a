//! What our own rows tell of an Official Account: whether anything comes from LINE, and how its sends end.

use super::line::SeenAtLine;
use super::{Doctor, cannot};
use crate::domain::channel::Channel;
use crate::domain::finding::{About, Fact, Finding};
use crate::domain::language::Language;
use crate::domain::push::PushOutcome;
use crate::domain::settings::Bilingual;
use crate::domain::words::findings::{line as words, sends};
use crate::domain::words::outcome_words;

const HEARD: Bilingual =
    Bilingual { japanese: "LINEからのイベントの受信状況", english: "Whether anything comes from LINE" };

const HOUR_MS: i64 = 3_600_000;

impl Doctor {
    /// Adds what is wrong to what was seen at LINE. Silence is told only where LINE reaches us: else that is why.
    pub(super) async fn heard(&self, channel: &Channel, seen: &mut SeenAtLine) {
        let about = || About::Channel(channel.id.clone());
        let heard = match self.journal.heard(&channel.id).await {
            Ok(heard) => heard.value,
            // A note of another version is overwritten by the next one.
            Err(error) if error.is_unreadable() => return,
            Err(error) => return seen.findings.push(cannot::read(about(), HEARD, &error)),
        };
        if heard.is_suspended() {
            return seen.findings.push(Finding::new(&words::SUSPENDED, about()));
        }
        let now_ms = self.clock.now_ms();
        if let Some(silence) = heard.silence(now_ms).filter(|_| seen.is_reached) {
            let finding = Finding::new(&words::SILENT, about()).with("hours", silence.hours.to_string());
            let since = ((now_ms - silence.since_ms) / HOUR_MS).to_string();
            seen.findings.push(finding.with("silent", since));
        }
    }

    /// Adds whether many sends were refused, unless what most of them were refused for is told already.
    pub(super) async fn sends(&self, channel: &Channel, seen: &mut SeenAtLine) {
        let about = || About::Channel(channel.id.clone());
        let many = match self.journal.sent(&channel.id).await {
            Ok(sent) => sent.value.many_refused(self.clock.now_ms()),
            Err(error) if error.is_unreadable() => None,
            Err(error) => return seen.findings.push(cannot::read(about(), cannot::REFUSALS, &error)),
        };
        let Some(many) = many else { return };
        let cause = match many.mostly {
            PushOutcome::NoQuota => Some(&sends::QUOTA_USED_UP),
            PushOutcome::WrongProvider => Some(&sends::WRONG_PROVIDER),
            _ => None,
        };
        if cause.is_some_and(|cause| seen.findings.iter().any(|finding| finding.complaint.code == cause.code)) {
            return;
        }
        let reason = [Language::Japanese, Language::English].map(|it| outcome_words(many.mostly, it));
        let [japanese, english] = reason.map(|words| words.trim_end_matches(['。', '.']));
        let finding = Finding::new(&sends::SENDS_REFUSED, about()).with("refused", many.refused.to_string());
        let finding = finding.with("all", many.all.to_string()).with("outcome", many.mostly.as_str());
        seen.findings.push(finding.with("reason", Fact::words(japanese, english)));
    }
}
