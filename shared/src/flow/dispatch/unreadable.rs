//! Rows that another version of Musubi wrote stop nothing but themselves.
//!
//! An outbox row that cannot be read stays where it is: a version that reads it does it. Operators are told once, in words;
//! the age of the oldest effect counts it; after 29 days it is given up like any other. A row whose conversation, link
//! or push cannot be read is tried again later and later, and starts anew after 29 days. What our own database refuses to
//! store is tried again in the same way and said in words after a few tries; nobody blames the CRM for it.

use super::round::Round;
use super::{GIVE_UP_AFTER_MS, REFUSED_TRIES};
use crate::domain::dead_letter::FailureReason;
use crate::domain::job::WakeUp;
use crate::domain::outbox::OutboxRow;
use crate::ports::PortError;
use crate::store::journal::{Unread, write};

/// A dead letter is repeated once it has expired, if the reason is still there.
const LETTER_MS: i64 = write::LETTER_DAYS * 86_400_000;
/// What could not be read for 29 days is looked at once a day from then on.
const DAY_MS: i64 = 86_400_000;
/// So many rows a letter names.
const NAMED: usize = 2;

impl Round<'_> {
    /// Operators hear of rows that cannot be read; those that nobody came for in 29 days go.
    pub(super) async fn see_to_unread(&self, unread: &[Unread]) -> Result<(), PortError> {
        let now_ms = self.now_ms();
        let (old, young): (Vec<_>, Vec<_>) = unread.iter().partition(|row| now_ms - row.since_ms > GIVE_UP_AFTER_MS);
        if !old.is_empty() {
            let names: Vec<&str> = old.iter().map(|row| row.name()).collect();
            let why = "unreadable: no version of Musubi that reads this came for 29 days; it is deleted / \
                       これを読み取れるバージョンのMusubiが29日間動かなかったため、削除します";
            self.dead_letter_words(&names, why).await?;
            for row in old {
                let _ = self.journal.commit(vec![write::give_up_unread(row)]).await?;
            }
        }
        let names: Vec<&str> = young.iter().map(|row| row.name()).collect();
        if names.is_empty() { Ok(()) } else { self.tell_unreadable(&names).await }
    }

    /// One letter an account, as long as the last one lies there. First the letter: a crash repeats, and never loses, it.
    pub(super) async fn tell_unreadable(&self, names: &[&str]) -> Result<(), PortError> {
        let account = &self.account.key;
        tracing::error!(crm.account = %account, rows = names.len(), "effect.unreadable");
        let now_ms = self.now_ms();
        let told = self.journal.unreadable_told(account).await?;
        if told.as_ref().is_some_and(|told| now_ms < told.value + LETTER_MS) {
            return Ok(());
        }
        let why = "unreadable: another version of Musubi wrote this. It is kept, and done once a version that reads it is \
                   deployed; nothing else waits for it / 別のバージョンのMusubiが書いたため読み取れません。消さずに残し、\
                   読み取れるバージョンをデプロイすると処理します";
        self.dead_letter_words(names, why).await?;
        // On a conflict somebody else told it, too.
        let told = write::unreadable_told(account, now_ms, told.map_or(0, |told| told.version));
        let _ = self.journal.commit(vec![told]).await?;
        Ok(())
    }

    /// The row is tried again later, whatever stands in the way. Its conversation is not looked at.
    pub(super) async fn set_back(&self, row: &OutboxRow, error: &PortError) -> Result<(), PortError> {
        crate::telemetry::log_chain("effect.set_back", error);
        let mut again = row.again(self.now_ms() + row.backoff_ms());
        again.why = row.why.clone().filter(|why| *why == FailureReason::NotStored);
        if error.is_unreadable() {
            self.tell_unreadable(&[&row.effect.name()]).await?;
        } else if row.tries >= REFUSED_TRIES && row.why != Some(FailureReason::NotStored) {
            // Once: the row says from then on that it was said.
            self.dead_letter(row, &FailureReason::NotStored.words()).await?;
            again.why = Some(FailureReason::NotStored);
        }
        let _ = self.journal.commit(vec![write::taken_out(row), write::enqueue(&again)]).await?;
        Ok(())
    }

    /// A row that cannot even be given up, because what it is about cannot be read, or its end not be stored: said in words, and
    /// enqueued anew from now on.
    pub(super) async fn begin_anew(&self, row: &OutboxRow, error: &PortError) -> Result<(), PortError> {
        crate::telemetry::log_chain("effect.not_given_up", error);
        if error.is_unreadable() {
            let why = "unreadable: what this is about could not be read for 29 days; it is tried once a day from now on / \
                       対象のデータを29日間読み取れませんでした。今後は1日に1回試します";
            self.dead_letter_words(&[&row.effect.name()], why).await?;
        }
        let now_ms = self.now_ms();
        let anew = OutboxRow { since_ms: now_ms, ..row.again(now_ms + DAY_MS) };
        let _ = self.journal.commit(vec![write::taken_out(row), write::enqueue(&anew)]).await?;
        Ok(())
    }

    /// One letter, however many rows it is about.
    async fn dead_letter_words(&self, names: &[&str], why: &str) -> Result<(), PortError> {
        let named = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        tracing::error!(crm.account = %self.account.key, effects = named, rows = names.len(), "effect.dead_lettered");
        let wake_up = WakeUp::of(&self.account.key);
        self.wake_ups.dead_letter(&wake_up, &format!("{why} [{}: {named}]", names.len())).await
    }
}
