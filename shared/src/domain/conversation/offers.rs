//! What LINE offers with a message, for a while: a reply that costs nothing, and a token that marks it as read.

use super::Conversation;
use crate::domain::activity::Mark;
use crate::domain::read_token::SealedReadToken;
use crate::domain::reply_chance::ReplyChance;

impl Conversation {
    /// An event can be answered by its reply token: of several the one that lives longest counts. What has grown too old goes.
    pub fn offer_reply(&mut self, chance: Option<ReplyChance>, now_ms: i64) {
        let known = self.reply_chance.take();
        let fresh = [known, chance].into_iter().flatten().filter(|chance| chance.is_fresh(now_ms));
        self.reply_chance = fresh.max_by_key(|chance| chance.use_by_ms);
    }

    /// The message of this place can be marked as read: kept where none is newer, since its token marks what came before it, too.
    pub fn offer_read(&mut self, token: Option<SealedReadToken>, mark: &Mark) {
        let is_newest = self.last_inbound.as_ref().is_some_and(|last| last.mark == *mark);
        if is_newest && token.is_some() {
            self.read_token = token;
        }
    }

    /// Takes the reply token out, where it is worth a try. It is used by whoever has written the conversation without it.
    pub fn take_reply(&mut self, now_ms: i64) -> Option<ReplyChance> {
        self.reply_chance.take().filter(|chance| chance.is_fresh(now_ms))
    }
}
