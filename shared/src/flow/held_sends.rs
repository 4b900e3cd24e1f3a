//! Held sends that are not to be sent any more end, and their words go: of a person who is erased, of an Official Account that is
//! disconnected.
//!
//! They are found by the outbox rows that would bring them back, and each of those goes last: whoever stops in between finds it again.

use super::settle::{Ending, Settle};
use super::side_by_side::side_by_side;
use crate::domain::account::CrmAccountKey;
use crate::domain::channel::Channel;
use crate::domain::conversation::ConversationKey;
use crate::domain::outbox::Effect;
use crate::ports::PortError;
use crate::store::journal::{FOR_EVER_MS, Walk, write};

/// How many rows are read together, about.
const PAGE: usize = 200;

/// A person's end as not linked; how many did. Once the person is marked as erased nothing more of theirs is held, so none is missed.
/// Twice ends nothing more.
///
/// # Errors
/// As the journal's; a repeat ends the rest.
pub(super) async fn end_of_person(
    settle: &Settle,
    account: &CrmAccountKey,
    key: &ConversationKey,
) -> Result<usize, PortError> {
    end(settle, account, |effect| effect.conversation() == Some(key), |at_ms| Ending::Erased { at_ms }).await
}

/// An Official Account's end as certainly not sent. Twice ends nothing more.
///
/// # Errors
/// As the journal's; a repeat ends the rest.
pub(super) async fn end_of_channel(settle: &Settle, channel: &Channel) -> Result<(), PortError> {
    let is_its = |effect: &Effect| effect.channel() == Some(&channel.id);
    end(settle, &channel.account, is_its, |at_ms| Ending::ChannelGone { at_ms }).await.map(|_| ())
}

async fn end(
    settle: &Settle,
    account: &CrmAccountKey,
    is_meant: impl Fn(&Effect) -> bool,
    ending: fn(i64) -> Ending,
) -> Result<usize, PortError> {
    let mut ended = 0;
    let mut walk = Walk::through_held(account, FOR_EVER_MS);
    while !walk.is_over() {
        let mut rows = settle.outbox.journal.next_due(&mut walk, PAGE).await?.rows;
        rows.retain(|row| is_meant(&row.effect));
        let each = rows.into_iter().map(|row| async move {
            let Effect::ReleasePush { push, .. } = &row.effect else { return Ok(false) };
            let is_ended = settle.settle(*push, &ending(settle.outbox.clock.now_ms())).await?;
            let _ = settle.outbox.journal.commit(vec![write::taken_out(&row)]).await?;
            Ok(is_ended)
        });
        ended += side_by_side(each).await?.into_iter().filter(|is_ended| *is_ended).count();
    }
    Ok(ended)
}
