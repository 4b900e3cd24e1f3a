//! The people of an Official Account are taken out: what Musubi holds about each, and no message.

use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};
use thiserror::Error;

use super::console::Console;
use crate::domain::channel::Channel;
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::export::{ExportFile, ExportFormat, ExportedPerson};
use crate::domain::operator::Operator;
use crate::domain::operator::audit::Deed;
use crate::domain::timeline;
use crate::ports::{Clock, PortError};
use crate::store::journal::{PeopleCursor, PeoplePart};
use crate::store::{Accounts, Journal, LinkReader};

/// So many people are read at a time.
const AT_A_TIME: usize = 16;
/// So many people are listed at a time.
const PAGE: usize = 500;
/// A part is to hold so many people: some 2 MB as JSON, written within seconds. A Lambda function's answer has at most 6 MB (AWS,
/// "Lambda quotas").
const TO_A_PART: usize = 2_000;
/// And never more.
const MOST_IN_A_PART: usize = 2 * TO_A_PART;
/// One list of sixteen is looked through so far to tell how many there are.
const LOOKED_THROUGH: usize = 20_000;

/// Takes people out. It changes nothing but the activity log.
#[derive(Clone)]
pub struct Export {
    /// Where it is noted.
    pub console: Console,
    /// For the time zone.
    pub accounts: Accounts,
    /// Conversations and claims.
    pub journal: Journal,
    /// Who is linked to whom.
    pub links: LinkReader,
    /// The time of now.
    pub clock: Arc<dyn Clock>,
}

/// Why a part is not written.
#[derive(Debug, Error)]
pub enum ExportError {
    /// There are many more people than when the parts were made: nothing is cut off, so nothing is written.
    #[error("there are more people than a part may hold")]
    TooMany,
    /// Another version of Musubi wrote rows of it, so many: they would be missing.
    #[error("another version of Musubi wrote {0} rows")]
    Unreadable(usize),
    /// A table's.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// How far an export goes on.
#[derive(Debug)]
pub struct ExportPage {
    /// The people.
    pub people: Vec<ExportedPerson>,
    /// How many rows another version of Musubi wrote: they are missing.
    pub unreadable: usize,
    /// Where to go on. `None`: that was all.
    pub next: Option<PeopleCursor>,
}

impl Export {
    /// Into how many parts a page offers the people. `None`: there are too many for it; `musubi friends export` writes them into
    /// one file.
    ///
    /// # Errors
    /// As the table's.
    pub async fn parts(&self, channel: &Channel) -> Result<Option<u32>, PortError> {
        let lists = 16;
        let (mut seen, mut read) = (0, 0);
        for number in 0..lists {
            let part = PeoplePart::new(number, lists).expect("one of sixteen");
            let (mut from, mut of_this) = (None, 0);
            loop {
                let page = self.journal.people_of(&channel.id, part, from, PAGE).await?;
                of_this += page.people.len() + page.unreadable;
                from = page.next;
                if from.is_none() {
                    break;
                }
                if of_this > LOOKED_THROUGH {
                    return Ok(None);
                }
            }
            (seen, read) = (seen + of_this, read + 1);
            if seen > TO_A_PART {
                break;
            }
        }
        // A tenth more, for parts that are larger than others.
        let people = if read == lists { seen } else { seen * lists as usize / read as usize * 11 / 10 };
        let parts = people.div_ceil(TO_A_PART).max(1).next_power_of_two();
        Ok(Some(u32::try_from(parts).unwrap_or(PeoplePart::MOST).min(PeoplePart::MOST)))
    }

    /// Notes that somebody takes people out; `by`: an operator, or whoever may use the command line (`None`).
    ///
    /// # Errors
    /// As the table's.
    pub async fn note(&self, channel: &Channel, by: Option<&Operator>) -> Result<(), PortError> {
        self.console.note_by(&channel.account, by, Deed::Exported { id: channel.id.clone() }).await
    }

    /// A part as a file, noted. Who comes or is erased meanwhile may be in it or not.
    ///
    /// # Errors
    /// See [`ExportError`]: there is no file then.
    pub async fn write(
        &self,
        channel: &Channel,
        by: &Operator,
        part: PeoplePart,
        format: ExportFormat,
    ) -> Result<String, ExportError> {
        self.note(channel, Some(by)).await?;
        let file = self.file(channel, format).await?;
        let (mut text, mut from, mut count) = (file.head(), None, 0);
        loop {
            let page = self.page(channel, part, from, PAGE).await?;
            if page.unreadable > 0 {
                return Err(ExportError::Unreadable(page.unreadable));
            }
            for person in &page.people {
                text.push_str(&file.row(person, count == 0));
                count += 1;
            }
            if count > MOST_IN_A_PART {
                return Err(ExportError::TooMany);
            }
            from = page.next;
            if from.is_none() {
                return Ok(text + file.tail());
            }
        }
    }

    /// How a file of these people is written.
    ///
    /// # Errors
    /// As the table's.
    pub async fn file(&self, channel: &Channel, format: ExportFormat) -> Result<ExportFile, PortError> {
        let account = self.accounts.find(&channel.account).await?;
        let time_zone = timeline::time_zone(account.as_ref().map_or("", |account| account.value.time_zone.as_str()));
        Ok(ExportFile { format, channel: channel.id.clone(), time_zone, at_ms: self.clock.now_ms() })
    }

    /// A page of a part, at most `limit` people, from where the page before ended: however many there are, no more is held.
    ///
    /// # Errors
    /// As the tables'.
    pub async fn page(
        &self,
        channel: &Channel,
        part: PeoplePart,
        from: Option<PeopleCursor>,
        limit: usize,
    ) -> Result<ExportPage, PortError> {
        let listed = self.journal.people_of(&channel.id, part, from, limit).await?;
        let each = listed.people.into_iter().map(|key| async move { self.person(channel, &key).await });
        let found: Vec<Result<Option<ExportedPerson>, ()>> =
            futures::stream::iter(each).buffered(AT_A_TIME).try_collect().await?;
        let unreadable = listed.unreadable + found.iter().filter(|person| person.is_err()).count();
        let people = found.into_iter().filter_map(Result::ok).flatten().collect();
        Ok(ExportPage { people, unreadable, next: listed.next })
    }

    /// `Err` inside: another version of Musubi wrote it. `None`: they are gone.
    async fn person(
        &self,
        channel: &Channel,
        key: &ConversationKey,
    ) -> Result<Result<Option<ExportedPerson>, ()>, PortError> {
        match self.read(channel, key).await {
            Ok(person) => Ok(Ok(person)),
            Err(error) if error.is_transient() => Err(error),
            Err(_) => Ok(Err(())),
        }
    }

    async fn read(&self, channel: &Channel, key: &ConversationKey) -> Result<Option<ExportedPerson>, PortError> {
        let Some(user) = key.source.user() else { return Ok(None) };
        let (head, link, claim) = futures::try_join!(
            self.journal.conversation(key),
            self.links.of_user(&channel.id, user),
            self.journal.claim(key),
        )?;
        let head = head.map(|head| head.value).filter(|head| head.account == channel.account);
        let link = link.map(|link| link.value).filter(|link| link.account == channel.account);
        let claim = claim.map(|claim| claim.value);
        if head.is_none() && link.is_none() && claim.is_none() {
            return Ok(None);
        }
        let of = |read: fn(&Conversation) -> Option<i64>| head.as_ref().and_then(read);
        let following = head.as_ref().and_then(|head| head.following.as_ref());
        Ok(Some(ExportedPerson {
            user: user.clone(),
            linked_at_ms: link.as_ref().map(|link| link.linked_at_ms),
            linked_by: link.as_ref().and_then(|link| link.by),
            contact: link.map(|link| link.contact),
            follows: head.as_ref().and_then(|head| head.friendship.blocked).map(|blocked| !blocked),
            followed_at_ms: following.and_then(|following| following.at_ms()),
            follow_kind: following.and_then(|following| following.kind()),
            last_message_at_ms: of(|head| head.last_inbound.as_ref().map(|last| last.mark.at_ms)),
            unanswered_since_ms: of(|head| head.unanswered_since_ms),
            is_unlinked: head.as_ref().is_some_and(|head| head.unlinked),
            claimed_by: claim.as_ref().map(|claim| claim.by),
            claimed_route: claim.and_then(|claim| claim.route),
        }))
    }
}

#[cfg(test)]
#[path = "export_tests.rs"]
mod tests;
