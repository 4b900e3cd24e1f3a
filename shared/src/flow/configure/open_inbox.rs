//! The CRM's own inbox is opened for an Official Account, or closed.

use std::convert::Infallible;
use std::sync::Arc;

use thiserror::Error;

use super::change_channel::ChangeChannel;
use super::change_error::ChangeError;
use super::leave_inbox;
use crate::domain::account::{CrmAccount, CrmKind};
use crate::domain::addresses;
use crate::domain::channel::Channel;
use crate::domain::crm_inbox::{AppInbox, CallToken, CrmInbox, InboxEnd};
use crate::domain::ids::{CrmAppId, InboxChannelId};
use crate::flow::retry::retry_on_conflict;
use crate::ports::crm::CrmFailure;
use crate::ports::crm_set_up::{InboxChannelAsk, InboxFound, InboxRefusal};
use crate::ports::secrets::Secret;
use crate::ports::table::Commit;
use crate::ports::{CrmSetUp, PortError};
use crate::store::Inboxes;

/// What the inbox calls our channel.
const NAME: &str = "LINE";

/// Opens the inbox.
#[derive(Clone)]
pub struct OpenInbox {
    /// The CRM.
    pub set_up: Arc<dyn CrmSetUp>,
    /// Our channel in it.
    pub inboxes: Inboxes,
    /// Official Accounts.
    pub channels: ChangeChannel,
    /// The address that the CRM calls.
    pub public_url: String,
}

/// What it takes to make our channel. The key is used and kept nowhere.
#[derive(Debug, Clone)]
pub struct ChannelAsked {
    /// The app's own number in the CRM.
    pub app_number: String,
    /// The developer's key.
    pub developer_key: Secret,
    /// 256 random bits: the secret in the address.
    pub random: [u8; 32],
}

/// Why it is not open.
#[derive(Debug, Error)]
pub enum InboxStaysShut {
    /// Our channel is not made yet: the developer's key is needed first.
    #[error("our channel in the CRM's inbox is not made")]
    NoChannel,
    /// Our channel is not made.
    #[error(transparent)]
    Channel(#[from] InboxRefusal),
    /// The account has no such inbox.
    #[error("the account has no such inbox")]
    NoSuchInbox,
    /// The CRM did not do its part. `Disconnected`: the account has not allowed it.
    #[error("the CRM did not do its part")]
    Crm(#[from] CrmFailure),
    /// A row is not stored.
    #[error(transparent)]
    Change(#[from] ChangeError<Infallible>),
}

impl From<PortError> for InboxStaysShut {
    fn from(error: PortError) -> Self {
        Self::Change(error.into())
    }
}

impl OpenInbox {
    /// Our channel, if it is made.
    ///
    /// # Errors
    /// The row cannot be read.
    pub async fn channel(&self, (kind, app): (CrmKind, &CrmAppId)) -> Result<Option<InboxChannelId>, PortError> {
        Ok(self.inboxes.find(kind, app).await?.map(|found| found.value.channel))
    }

    /// Makes our channel with an address of a new secret, for all accounts of the app. The secret before stays good until the next one:
    /// the CRM may still call it. Twice makes one channel; after a failure in between, a second call goes on.
    ///
    /// # Errors
    /// See [`InboxStaysShut`].
    pub async fn make_channel(
        &self,
        (kind, app): (CrmKind, &CrmAppId),
        asked: &ChannelAsked,
    ) -> Result<InboxChannelId, InboxStaysShut> {
        let token = CallToken::of(asked.random);
        let call_base = addresses::inbox_calls(&self.public_url, kind, app);
        // First the row: a call under the new address may come before HubSpot's answer.
        self.remember((kind, app), &token, None).await?;
        let channel = self
            .set_up
            .make_inbox_channel(&InboxChannelAsk {
                app_number: asked.app_number.clone(),
                developer_key: asked.developer_key.clone(),
                name: NAME.to_owned(),
                call_url: Secret::new(format!("{call_base}{}", token.expose())),
                call_base: call_base.clone(),
            })
            .await?;
        self.remember((kind, app), &token, Some((&channel, &call_base))).await?;
        Ok(channel)
    }

    /// The secret is good from now on: before the CRM is told it (`told` is none) beside the one that it knows, if it knows one.
    async fn remember(
        &self,
        app: (CrmKind, &CrmAppId),
        token: &CallToken,
        told: Option<(&InboxChannelId, &str)>,
    ) -> Result<(), ChangeError<Infallible>> {
        let attempt = || async move {
            let found = self.inboxes.find(app.0, app.1).await?;
            let version = found.as_ref().map_or(0, |found| found.version);
            let known = found.map(|found| found.value);
            let changed = match (told, &known) {
                (Some((channel, base)), known) => AppInbox::told(channel.clone(), token, base, known.as_ref()),
                (None, Some(known)) => known.about_to_tell(token),
                (None, None) => return Ok(Some(())),
            };
            Ok((self.inboxes.put(app, &changed, version).await? == Commit::Done).then_some(()))
        };
        retry_on_conflict(&*self.channels.clock, "inbox channel", attempt).await
    }

    /// The account's inboxes.
    ///
    /// # Errors
    /// As the CRM's.
    pub async fn inboxes_of(&self, account: &CrmAccount) -> Result<Vec<InboxFound>, CrmFailure> {
        self.set_up.inboxes(account).await
    }

    /// What people say to the Official Account stands in this inbox of the account's from now on; one that is in another already stays
    /// there. `None`: in the account's only one. Twice is the same as once.
    ///
    /// # Errors
    /// See [`InboxStaysShut`].
    pub async fn open(
        &self,
        account: &CrmAccount,
        official_account: &Channel,
        inbox: Option<&str>,
    ) -> Result<Channel, InboxStaysShut> {
        let channel = self.channel((account.key.kind, &account.app)).await?.ok_or(InboxStaysShut::NoChannel)?;
        let found = self.set_up.inboxes(account).await?;
        let inbox = match (inbox, found.as_slice()) {
            (Some(asked), all) => all.iter().find(|inbox| inbox.id == asked),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let inbox = inbox.ok_or(InboxStaysShut::NoSuchInbox)?;
        let entered = self.set_up.enter_inbox(account, &channel, &inbox.id, official_account).await?;
        let place = CrmInbox { channel, account: entered };
        Ok(self.set(official_account, Some(place)).await?)
    }

    /// Nothing goes there any more; what was said stays, and conversations become notes again. Where the CRM refuses for good, it is closed
    /// on our side alone, and that is told; where it does not answer, nothing is changed. Twice is the same as once.
    ///
    /// # Errors
    /// See [`InboxStaysShut`].
    pub async fn close(&self, account: &CrmAccount, official_account: &Channel) -> Result<InboxEnd, InboxStaysShut> {
        let Some(place) = &official_account.crm_inbox else { return Ok(InboxEnd::NotThere) };
        let tried = self.set_up.leave_inbox(account, place).await;
        if let Err(failure) = &tried
            && failure.may_pass()
        {
            return Err(failure.clone().into());
        }
        self.set(official_account, None).await?;
        Ok(leave_inbox::said(account, tried))
    }

    async fn set(&self, of: &Channel, place: Option<CrmInbox>) -> Result<Channel, ChangeError<Infallible>> {
        let change = |channel: &mut Channel| {
            channel.crm_inbox.clone_from(&place);
            Ok(())
        };
        self.channels.change(&of.id, change).await
    }
}
