//! A held send, as it lies in the journal.

use super::{account, user};
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::ChannelId;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::push::{HeldFor, Naming, Push, PushId, PushState, Sender, Sending};
use crate::ports::table::Commit;
use crate::store::Journal;
use crate::store::journal::write;

/// An Official Account's send of these words to the first person is held, and due some day.
pub(crate) async fn hold(journal: &Journal, channel: &ChannelId, words: &str) {
    let id = PushId::of_action(account().kind, &account().id, &[channel.as_str()]);
    let state = Sending::first(user(0), Naming::Known, words.to_owned(), &[], 1).held(1, HeldFor::default());
    let push = Push {
        id,
        sender: Sender::Workflow,
        account: account(),
        callback: None,
        waits: false,
        contact: None,
        channel: channel.clone(),
        expires_at_ms: 1,
        accepted_at_ms: 1,
        state: PushState::Sending(state),
        completion_queued: false,
        completed: false,
        noted_at_ms: None,
        inbox: None,
    };
    let conversation = ConversationKey::person(channel, &user(0));
    let row = OutboxRow::new(&account(), Effect::ReleasePush { push: id, conversation }, 1, 2_000_000_000);
    let writes = vec![write::push(&push, 0, 1), write::enqueue(&row)];
    assert_eq!(journal.commit(writes).await.expect("rows in memory"), Commit::Done);
}
