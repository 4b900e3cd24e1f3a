//! An Official Account is disconnected: by an admin in the console, or on the command line.
//!
//! ```text
//! noted -> leaving (nobody finds it by its ID) -> no workflow can choose it -> LINE's webhook URL -> the CRM's inbox
//!   -> parked and held sends end
//!   a minute later, when no function remembers it:
//! people, part by part -> secrets -> its row
//! ```
//!
//! The row goes last: as long as it is there, a stop is seen and a second call goes on. So large an account is gone through in
//! several calls. What functions take in during that minute is dropped with the rest.

use std::convert::Infallible;
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};
use thiserror::Error;
use tracing::{info, warn};

use super::configure::LeaveInbox;
use super::configure::change_account::ChangeAccount;
use super::configure::change_error::ChangeError;
use super::console::Console;
use super::erase::Erase;
use super::held_sends::end_of_channel;
use super::outbox::Outbox;
use super::retry::{Contended, retry_on_conflict};
use super::settle::{Ending, Settle};
use crate::domain::account::CrmAccount;
use crate::domain::addresses;
use crate::domain::channel::{Channel, FormerChannel, Leaving, WebhookEnd};
use crate::domain::conversation::ConversationKey;
use crate::domain::crm_inbox::InboxEnd;
use crate::domain::ids::{BotUserId, ChannelId};
use crate::domain::operator::audit::Deed;
use crate::domain::operator::{Operator, Role};
use crate::ports::table::{Commit, MAX_WRITES, Versioned};
use crate::ports::{LineConsoles, PortError, Secrets};
use crate::store::Channels;
use crate::store::journal::{PeoplePart, write};
use crate::store::remembered::REMEMBER_MS;

/// After so long no function takes it for connected any more, in milliseconds: they remember for a minute, and may be at it then.
pub const REST_MS: i64 = REMEMBER_MS + 10_000;
/// Its people are gone through in so many parts.
const PARTS: u32 = 64;
/// How many people are listed together, and worked on at a time.
const PAGE: usize = 200;
const AT_A_TIME: usize = 16;

/// Disconnects Official Accounts.
#[derive(Clone)]
pub struct DisconnectChannel {
    /// Where it is noted.
    pub console: Console,
    /// Whose workflows can choose them.
    pub accounts: ChangeAccount,
    /// Where they are.
    pub channels: Channels,
    /// What their requests are signed with.
    pub secrets: Arc<dyn Secrets>,
    /// LINE.
    pub line: Arc<dyn LineConsoles>,
    /// Their place in the CRM's own inbox.
    pub inbox: LeaveInbox,
    /// Erases their people, and ends their sends.
    pub erase: Erase,
    /// Where this Musubi is.
    pub public_url: String,
}

/// How an Official Account stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is connected.
    Connected(Channel),
    /// It is being disconnected.
    Leaving(Channel),
    /// It was disconnected, and it is still known which contact is whom.
    LinksLeft(Channel),
}

impl Standing {
    /// The Official Account.
    pub fn channel(&self) -> &Channel {
        let (Self::Connected(channel) | Self::Leaving(channel) | Self::LinksLeft(channel)) = self;
        channel
    }
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Nothing arrives and nothing leaves any more. The rest can be done from then on, in milliseconds.
    Stopped {
        /// Then.
        ready_at_ms: i64,
    },
    /// So many people were gone through, and some are left: another call goes on.
    Going {
        /// So many.
        people: usize,
    },
    /// All is done.
    Done(DisconnectedChannel),
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisconnectedChannel {
    /// Whether it is still known which contact is whom.
    pub keeps_links: bool,
    /// What became of LINE's webhook URL.
    pub webhook: WebhookEnd,
    /// What became of its place in the CRM's inbox.
    pub inbox: InboxEnd,
    /// How many people it had.
    pub people: usize,
}

/// Why an Official Account stays as it is.
#[derive(Debug, Error)]
pub enum StaysConnected {
    /// There is none, or none that the operator may disconnect.
    #[error("there is no such Official Account")]
    Absent,
    /// A table or the secrets do not answer, or others keep changing the same.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<Contended> for StaysConnected {
    fn from(contended: Contended) -> Self {
        Self::Port(contended.into())
    }
}

impl DisconnectChannel {
    /// How an Official Account stands that `by` may disconnect; `None`: the command line may each.
    ///
    /// # Errors
    /// As the table's.
    pub async fn look(&self, id: &ChannelId, by: Option<&Operator>) -> Result<Option<Standing>, PortError> {
        let found = match self.channels.find_versioned(id).await?.map(|found| found.value) {
            Some(channel) if channel.leaving.is_some() => Some(Standing::Leaving(channel)),
            Some(channel) => Some(Standing::Connected(channel)),
            None => {
                let former = self.channels.former(id).await?.filter(|former| former.keeps_links);
                former.map(|former| Standing::LinksLeft(as_left(former)))
            }
        };
        let may = |channel: &Channel| {
            by.is_none_or(|by| by.account == channel.account && by.is(Role::Admin) && by.sees(&channel.id))
        };
        Ok(found.filter(|standing| may(standing.channel())))
    }

    /// Those of a CRM account that are not through: being disconnected, or their links were kept.
    ///
    /// # Errors
    /// As the table's.
    pub async fn not_through(&self, account: &CrmAccount, by: &Operator) -> Result<Vec<Standing>, PortError> {
        let mut found = Vec::new();
        for id in &account.former_channels {
            found.extend(self.look(id, Some(by)).await?);
        }
        Ok(found)
    }

    /// Brings it as far as it gets now: at most about `at_most` people are gone through. What is kept was said by the call that began it;
    /// the links of one that was disconnected before can still be erased, so. Twice is the same as once; after a stop anywhere a
    /// second call goes on.
    ///
    /// # Errors
    /// See [`StaysConnected`].
    pub async fn disconnect(
        &self,
        id: &ChannelId,
        by: Option<&Operator>,
        keeps_links: bool,
        at_most: usize,
    ) -> Result<Progress, StaysConnected> {
        let channel = match self.look(id, by).await?.ok_or(StaysConnected::Absent)? {
            // That is so already.
            Standing::LinksLeft(_) if keeps_links => return Err(StaysConnected::Absent),
            Standing::Connected(channel) | Standing::Leaving(channel) | Standing::LinksLeft(channel) => channel,
        };
        let mut leaving = match channel.leaving.clone() {
            Some(leaving) => leaving,
            None => {
                self.console.note_by(&channel.account, by, Deed::Disconnected { id: id.clone(), keeps_links }).await?;
                self.begin(id, keeps_links).await?
            }
        };
        settled(self.accounts.detach(&channel.account, id).await)?;
        if leaving.webhook.is_none() {
            let webhook = Some(self.webhook(&channel).await);
            leaving = self.note_progress(id, |leaving| leaving.webhook = webhook).await?;
        }
        if leaving.inbox.is_none_or(|end| end == InboxEnd::Unknown) {
            let inbox = Some(self.inbox.leave(&channel).await);
            leaving = self.note_progress(id, |leaving| leaving.inbox = inbox).await?;
        }
        self.end_parked(&channel).await?;
        end_of_channel(&self.erase.settle, &channel).await?;
        let ready_at_ms = leaving.at_ms + REST_MS;
        if self.console.clock.now_ms() < ready_at_ms {
            return Ok(Progress::Stopped { ready_at_ms });
        }
        let mut gone_through = 0;
        while leaving.parts < PARTS {
            if gone_through >= at_most {
                return Ok(Progress::Going { people: leaving.people });
            }
            let people = self.go_through(&channel, leaving.parts, leaving.keeps_links).await?;
            gone_through += people;
            let parts = leaving.parts;
            let counted = |leaving: &mut Leaving| {
                // Whoever else is at it may have counted it.
                if leaving.parts == parts {
                    (leaving.parts, leaving.people) = (parts + 1, leaving.people + people);
                }
            };
            leaving = self.note_progress(id, counted).await?;
        }
        self.secrets.forget_line(id).await?;
        if !leaving.keeps_links {
            let _ = self.erase.settle.outbox.journal.commit(write::channel_forgotten(id)).await?;
            settled(self.accounts.forget_former(&channel.account, id).await)?;
        }
        self.forget(id).await?;
        self.erase.settle.outbox.wake(&channel.account).await;
        info!(channel.id = %id, links.kept = leaving.keeps_links, webhook = ?leaving.webhook, "channel.disconnected");
        let Leaving { keeps_links, people, webhook, inbox, .. } = leaving;
        let (webhook, inbox) = (webhook.unwrap_or(WebhookEnd::Unknown), inbox.unwrap_or(InboxEnd::Unknown));
        Ok(Progress::Done(DisconnectedChannel { keeps_links, webhook, inbox, people }))
    }

    /// From here on nobody finds it by its ID, but those who remember it.
    async fn begin(&self, id: &ChannelId, keeps_links: bool) -> Result<Leaving, StaysConnected> {
        let attempt = || async move {
            let now_ms = self.console.clock.now_ms();
            let found = match self.channels.find_versioned(id).await? {
                Some(found) => found,
                None => match self.channels.former(id).await? {
                    // Its links were kept, and nothing else is left to be done.
                    Some(former) => Versioned { value: as_left(former), version: 0 },
                    None => return Err(StaysConnected::Absent),
                },
            };
            if let Some(leaving) = found.value.leaving.filter(|_| found.version > 0) {
                return Ok(Some(leaving));
            }
            let webhook = (found.version == 0).then_some(WebhookEnd::NotOurs);
            let leaving = Leaving { at_ms: now_ms, keeps_links, webhook, inbox: None, parts: 0, people: 0 };
            let channel = Channel { leaving: Some(leaving.clone()), ..found.value };
            Ok((self.channels.put(&channel, found.version).await? == Commit::Done).then_some(leaving))
        };
        retry_on_conflict(&*self.console.clock, "disconnect channel", attempt).await
    }

    async fn note_progress(
        &self,
        id: &ChannelId,
        change: impl Fn(&mut Leaving) + Send + Sync,
    ) -> Result<Leaving, StaysConnected> {
        let change = &change;
        let attempt = || async move {
            let Some(mut found) = self.channels.find_versioned(id).await? else { return Err(StaysConnected::Absent) };
            let Some(leaving) = &mut found.value.leaving else { return Err(StaysConnected::Absent) };
            change(leaving);
            let leaving = leaving.clone();
            Ok((self.channels.put(&found.value, found.version).await? == Commit::Done).then_some(leaving))
        };
        retry_on_conflict(&*self.console.clock, "disconnect channel", attempt).await
    }

    /// LINE sends webhooks where it did before it was connected, if it sends them here now. Nothing of LINE's stops the rest.
    async fn webhook(&self, channel: &Channel) -> WebhookEnd {
        match self.try_webhook(channel).await {
            Ok(end) => end,
            Err(error) => {
                warn!(channel.id = %channel.id, %error, "webhook.not_restored");
                WebhookEnd::Unknown
            }
        }
    }

    async fn try_webhook(&self, channel: &Channel) -> Result<WebhookEnd, PortError> {
        let ours = addresses::page(&self.public_url, &channel.id, "webhook");
        let seen = self.line.checkup(Arc::clone(&self.secrets)).webhook(&channel.id).await?;
        match (seen, &channel.connecting.webhook_before) {
            (None, _) => Ok(WebhookEnd::Nowhere),
            (Some(seen), _) if seen.url != ours => Ok(WebhookEnd::NotOurs),
            (Some(_), None) => Ok(WebhookEnd::StillOurs),
            (Some(_), Some(before)) => {
                let console = self.line.channel(Arc::clone(&self.secrets));
                console.set_webhook(&channel.id, before.expose()).await?;
                Ok(if before.was_used { WebhookEnd::Restored } else { WebhookEnd::RestoredUnused })
            }
        }
    }

    /// Sends that may have arrived wait for nobody any more: they stay unknown, as the workflow was told.
    async fn end_parked(&self, channel: &Channel) -> Result<(), PortError> {
        let settle = &self.erase.settle;
        for id in settle.outbox.journal.parked(&channel.account).await? {
            let push = match settle.outbox.journal.push(id).await {
                Err(error) if error.is_unreadable() => continue,
                push => push?,
            };
            if push.is_some_and(|push| push.value.channel == channel.id) {
                let at_ms = self.console.clock.now_ms();
                settle.settle(id, &Ending::ChannelGone { at_ms }).await?;
            }
        }
        Ok(())
    }

    /// A part of its people. Twice finds nothing left of it to be done.
    async fn go_through(&self, channel: &Channel, part: u32, keeps_links: bool) -> Result<usize, PortError> {
        let outbox = &self.erase.settle.outbox;
        let quiet = Settle { channels: self.channels.clone(), outbox: outbox.clone().quiet() };
        let erase = Erase { links: self.erase.links.clone(), settle: quiet };
        let part = PeoplePart::new(part, PARTS).expect("one of the parts");
        let (mut people, mut from) = (0, None);
        loop {
            let page = outbox.journal.people_of(&channel.id, part, from, PAGE).await?;
            people += page.people.len();
            let each = futures::stream::iter(page.people).map(|key| {
                let erase = &erase;
                async move {
                    match key.source.user().filter(|_| !keeps_links) {
                        Some(user) => erase.erase_of_all(&channel.account, &channel.id, user).await,
                        None => self.let_go(channel, &key, outbox).await,
                    }
                }
            });
            each.buffer_unordered(AT_A_TIME).try_collect::<Vec<()>>().await?;
            from = page.next;
            if from.is_none() {
                return Ok(people);
            }
        }
    }

    /// Their words go that are in no entry yet, and nothing waits for them; who they are stays known.
    async fn let_go(&self, channel: &Channel, key: &ConversationKey, outbox: &Outbox) -> Result<(), PortError> {
        let mut texts = outbox.journal.words_dropped(key, outbox.clock.now_ms()).await?;
        texts.extend(outbox.journal.text_rows(key).await?.into_iter().map(write::remove));
        for some in texts.chunks(MAX_WRITES) {
            let _ = outbox.journal.commit(some.to_vec()).await?;
        }
        let attempt = || async move {
            let mut writes = vec![write::question_closed(&channel.account, key)];
            if let Some(state) = outbox.journal.conversation(key).await? {
                writes.push(write::conversation(&state.value.at_rest(), state.version));
            }
            Ok((outbox.journal.commit(writes).await? == Commit::Done).then_some(()))
        };
        outbox.retry("let go", attempt).await
    }

    /// The row goes, and what remembers that there was one comes.
    async fn forget(&self, id: &ChannelId) -> Result<(), StaysConnected> {
        let attempt = || async move {
            let Some(found) = self.channels.find_versioned(id).await? else { return Ok(Some(())) };
            let Channel { account, name, basic_id, provider, leaving: Some(leaving), .. } = found.value else {
                return Err(StaysConnected::Absent);
            };
            let at_ms = self.console.clock.now_ms();
            let (id, keeps_links) = (id.clone(), leaving.keeps_links);
            let former = FormerChannel { id, account, name, basic_id, at_ms, keeps_links, provider };
            Ok((self.channels.remove(&former, found.version).await? == Commit::Done).then_some(()))
        };
        retry_on_conflict(&*self.console.clock, "forget channel", attempt).await
    }
}

/// An account that there is no more is as good.
fn settled(changed: Result<(), ChangeError<Infallible>>) -> Result<(), StaysConnected> {
    match changed {
        Ok(()) | Err(ChangeError::Absent) => Ok(()),
        Err(ChangeError::Contended(contended)) => Err(contended.into()),
        Err(ChangeError::Port(error)) => Err(error.into()),
        Err(ChangeError::Refused(never)) => match never {},
    }
}

/// One that was disconnected, and of which the links are left.
fn as_left(former: FormerChannel) -> Channel {
    // Nobody finds it: it has no user ID that a webhook could name.
    Channel::new(former.id, BotUserId::new(""), former.name, former.basic_id, former.account)
}

#[cfg(test)]
#[path = "disconnect_channel_tests.rs"]
mod tests;
