//! A person links, in the chat, to who they are at the customer's own site, and can undo it there.
//!
//! A link token lives ten minutes. So it is not part of the greeting, which may be read days later: the greeting's button comes
//! back as a postback, and only then LINE is asked for a token, which goes out with the postback's own reply.

use tracing::{info, warn};

use super::answer::or_nothing;
use super::link::Link;
use super::record::is_recorded;
use super::reply::{Reply, ReplyContext};
use crate::domain::account_link::{LinkNonce, NonceState, UNLINK_DATA};
use crate::domain::activity::Content;
use crate::domain::addresses;
use crate::domain::button::Button;
use crate::domain::channel::Channel;
use crate::domain::claim::{Claim, ClaimedBy, Target};
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::LineUserId;
use crate::ports::PortError;
use crate::ports::secrets::Secret;
use crate::ports::table::Commit;
use crate::store::journal::write;

/// Account links, as they happen in the chat.
pub struct AccountLink {
    /// Answers.
    pub reply: Reply,
    /// Records claims.
    pub link: Link,
}

/// Why a nonce links nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unusable {
    /// We made none like it, or it is of another Official Account.
    Unknown,
    /// Another event brought it before.
    Used,
    /// LINE's dialog was confirmed more than ten minutes after it was made.
    Expired,
}

impl AccountLink {
    /// The person tapped "link": gets a button to the customer's login page, good for ten minutes.
    ///
    /// # Errors
    /// As the tables' and LINE's; nothing was sent then.
    pub async fn invite(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Result<Vec<Content>, PortError> {
        let (Some(settings), Some(user)) = (&channel.settings.account_link, asked.user()) else {
            return Ok(Vec::new());
        };
        if !self.reply.may_answer(channel, asked).await? {
            return Ok(Vec::new());
        }
        let language = self.reply.language(channel).await?;
        let address = self.reply.messenger.account_link_url(&channel.id, user, &settings.login_url).await?;
        let text = language.pick(
            "ログインすると、お客さまのアカウントとLINEが連携されます。ボタンの有効期限は10分です。",
            "Log in to link your account with LINE. This button works for 10 minutes.",
        );
        let buttons = [Button::open(language.pick("ログインして連携する", "Log in and link"), address)];
        let message = self.reply.messenger.compose_buttons(text, &buttons);
        Ok(self.reply.reply(channel, asked, &[message]).await)
    }

    /// LINE confirms an account link. The nonce is used up and the claim recorded in one transaction; then the person is
    /// welcomed. A nonce that is unknown, used, too old or another channel's links nobody: that is logged and counted.
    ///
    /// # Errors
    /// As the journal's; nobody is linked then.
    pub async fn linked(
        &self,
        channel: &Channel,
        asked: &ReplyContext<'_>,
        nonce: &Secret,
    ) -> Result<Vec<Content>, PortError> {
        let Some(user) = asked.user() else { return Ok(Vec::new()) };
        if let Err(why) = self.confirm(channel, user, asked, nonce.expose()).await? {
            warn!(channel.id = %channel.id, event.id = %asked.event.id, ?why, "account_link.refused");
            crate::telemetry::count("AccountLinkRefused", 1);
            return Ok(Vec::new());
        }
        Ok(or_nothing(self.welcome(channel, asked).await))
    }

    /// The person tapped "unlink". An event does it once: a redelivery does not undo a later link.
    ///
    /// # Errors
    /// As the journal's; nobody is unlinked then.
    pub async fn unlink(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Result<Vec<Content>, PortError> {
        let Some(user) = asked.user() else { return Ok(Vec::new()) };
        let key = ConversationKey::person(&channel.id, user);
        let (key, journal) = (&key, &self.reply.journal);
        let attempt = || async move {
            if journal.is_event_handled(key, &asked.event.id).await? || is_recorded(journal, key, asked.event).await? {
                return Ok(Some(()));
            }
            let now_ms = self.reply.clock.now_ms();
            let claim = Claim::new(ClaimedBy::AccountLink, Target::Unlinked, asked.said_at_ms());
            let handled = vec![write::event_handled(key, &asked.event.id, now_ms)];
            let commit = self.link.try_claim(&channel.account, key, &claim, handled).await?;
            Ok((commit == Commit::Done).then_some(()))
        };
        self.link.outbox.retry("unlink", attempt).await?;
        Ok(or_nothing(self.farewell(channel, asked).await))
    }

    async fn confirm(
        &self,
        channel: &Channel,
        user: &LineUserId,
        asked: &ReplyContext<'_>,
        nonce: &str,
    ) -> Result<Result<(), Unusable>, PortError> {
        let key = ConversationKey::person(&channel.id, user);
        let key = &key;
        let attempt = || async move {
            let found = self.reply.journal.nonce(nonce).await?;
            let Some(found) = found.filter(|found| found.value.channel == channel.id) else {
                return Ok(Some(Err(Unusable::Unknown)));
            };
            match &found.value.state {
                NonceState::Used(by) if *by == asked.event.id => return Ok(Some(Ok(()))),
                NonceState::Used(_) => return Ok(Some(Err(Unusable::Used))),
                // By LINE's clock: what waited in our queue is not the person's fault.
                _ if found.value.is_expired(asked.event.at_ms) => return Ok(Some(Err(Unusable::Expired))),
                _ => {}
            }
            let Some(target) = found.value.target(nonce) else { return Ok(Some(Err(Unusable::Unknown))) };
            let used = LinkNonce { state: NonceState::Used(asked.event.id.clone()), ..found.value };
            let claim = Claim::new(ClaimedBy::AccountLink, target, asked.said_at_ms());
            let right = vec![write::nonce(nonce, &used, found.version)];
            if self.link.try_claim(&channel.account, key, &claim, right).await? == Commit::Done {
                info!(channel.id = %channel.id, event.id = %asked.event.id, "account_link.confirmed");
                return Ok(Some(Ok(())));
            }
            Ok(None)
        };
        self.link.outbox.retry("account link", attempt).await
    }

    /// LINE wants every link to be undoable, and the person to be told so when it is made.
    async fn welcome(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Result<Vec<Content>, PortError> {
        if !self.reply.may_answer(channel, asked).await? {
            return Ok(Vec::new());
        }
        let language = self.reply.language(channel).await?;
        let settings = channel.settings.account_link.as_ref();
        let ours = language.pick("アカウントを連携しました。", "Your account is linked.");
        let welcome = settings.and_then(|settings| settings.welcome.as_deref()).unwrap_or(ours);
        let mut buttons = Vec::new();
        if let Some(address) = settings.and_then(|settings| settings.success_url.as_ref()) {
            buttons.push(Button::open(language.pick("サイトへ進む", "Go to the site"), address));
        }
        let undo = language.pick("連携を解除する", "Unlink");
        buttons.push(match &channel.login {
            Some(_) => Button::open(undo, addresses::page(&self.reply.public_url, &channel.id, "unlink")),
            None => Button::postback(undo, UNLINK_DATA),
        });
        let text = language.pick("連携はいつでも解除できます。", "You can unlink it at any time.");
        let messenger = &self.reply.messenger;
        let messages = [messenger.compose_text(welcome), messenger.compose_buttons(text, &buttons)];
        Ok(self.reply.reply(channel, asked, &messages).await)
    }

    async fn farewell(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Result<Vec<Content>, PortError> {
        if !self.reply.may_answer(channel, asked).await? {
            return Ok(Vec::new());
        }
        let language = self.reply.language(channel).await?;
        let text = language.pick("アカウントの連携を解除しました。", "Your account is no longer linked.");
        Ok(self.reply.reply(channel, asked, &[self.reply.messenger.compose_text(text)]).await)
    }
}
