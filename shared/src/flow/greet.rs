//! A person who adds or unblocks the Official Account is greeted by reply token: free of charge, at most once.
//!
//! Why at most once, and why before the follow is recorded: see [`reply`](super::reply).

use super::reply::{Reply, ReplyContext};
use crate::domain::account_link::LINK_DATA;
use crate::domain::activity::Content;
use crate::domain::addresses;
use crate::domain::button::Button;
use crate::domain::channel::{Channel, REPLY_MESSAGES};
use crate::domain::language::Language;
use crate::domain::push::OutgoingMessage;
use crate::ports::PortError;

/// Greets.
pub struct Greet {
    /// Sends the greeting, free of charge.
    pub reply: Reply,
}

impl Greet {
    /// Greets the person of a follow, if the channel greets. Returns what the timeline shall say of it.
    ///
    /// # Errors
    /// As the tables'; nothing was sent then.
    pub async fn greet(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Result<Vec<Content>, PortError> {
        if !greets(channel) || !self.reply.may_answer(channel, asked).await? {
            return Ok(Vec::new());
        }
        let messages = self.messages(channel, self.reply.language(channel).await?);
        Ok(self.reply.reply(channel, asked, &messages).await)
    }

    fn messages(&self, channel: &Channel, language: Language) -> Vec<OutgoingMessage> {
        let mut messages = channel.settings.greeting.clone();
        let buttons = self.buttons(channel, language);
        if !buttons.is_empty() && messages.len() < REPLY_MESSAGES {
            let text = language.pick(
                "こちらから連携していただくと、お客さまに合わせたご案内をお届けできます。",
                "Link your account here, and we can send you what matters to you.",
            );
            messages.push(self.reply.messenger.compose_buttons(text, &buttons));
        }
        messages
    }

    fn buttons(&self, channel: &Channel, language: Language) -> Vec<Button> {
        let mut buttons = Vec::new();
        if offers_account_link(channel) {
            buttons.push(Button::postback(language.pick("アカウントを連携する", "Link my account"), LINK_DATA));
        }
        if offers_login(channel) {
            let address = addresses::login(&self.reply.public_url, &channel.id, None);
            buttons.push(Button::open(language.pick("LINEでログイン", "Log in with LINE"), address));
        }
        buttons
    }
}

fn greets(channel: &Channel) -> bool {
    !channel.settings.greeting.is_empty() || offers_account_link(channel) || offers_login(channel)
}

fn offers_account_link(channel: &Channel) -> bool {
    channel.settings.link_button && channel.settings.account_link.is_some()
}

fn offers_login(channel: &Channel) -> bool {
    channel.settings.login_button && channel.login.is_some()
}
