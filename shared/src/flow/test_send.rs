//! A message goes to the testers of an Official Account, each with their own contact's values, and says that it is a test.
//!
//! Each is looked at as in a [preview](super::preview) first, and gets nothing where something stands in the way. Consent is not asked for:
//! testers are the team's own. A test counts as any message of the month does, answers nobody, and stands on the tester's timeline as a test.

use std::sync::Arc;

use super::preview::{Draft, NotSeen, Obstacle, Preview, Previewed, WaitsFor};
use super::side_by_side::side_by_side;
use crate::domain::account::CrmAccount;
use crate::domain::action::Purpose;
use crate::domain::channel::Channel;
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::{ContactId, OperatorId};
use crate::domain::language::Language;
use crate::domain::operator::OperatorName;
use crate::domain::push::{OutgoingMessage, PushId, PushJob, Recipient, Sender};
use crate::ports::{PortError, Queue};

/// What became of a test for one tester.
#[derive(Debug)]
pub enum Tested {
    /// It is on its way.
    OnItsWay,
    /// The CRM does not say who they are.
    NotSeen(NotSeen),
    /// This stands in its way; nothing was sent.
    Stopped(Vec<Obstacle>),
}

/// Sends messages to testers.
pub struct TestSend {
    /// Looks first.
    pub preview: Preview,
    /// Where they wait to be sent.
    pub push: Arc<dyn Queue<PushJob>>,
    /// Makes a message say that it is a test.
    pub marked: fn(OutgoingMessage, Language) -> OutgoingMessage,
}

impl TestSend {
    /// Sends the draft to each tester of the Official Account, under this name: by the same name it goes to each once, however often this is
    /// called. Mistakes are told in that language.
    ///
    /// # Errors
    /// As [`Preview::preview`]'s and the queue's; whoever calls again by the same name goes on.
    pub async fn send(
        &self,
        (account, channel): (&CrmAccount, &Channel),
        by: (&OperatorId, &OperatorName),
        name: &str,
        draft: &Draft,
        language: Language,
    ) -> Result<Vec<(ContactId, Tested)>, PortError> {
        let draft = Draft { purpose: Purpose::Service, ..draft.clone() };
        let draft = &draft;
        let each = channel.settings.testers.iter().map(|tester| async move {
            let became = match self.preview.preview(account, channel, tester, draft, language).await? {
                Err(why) => Tested::NotSeen(why),
                Ok(seen) => self.send_one((account, channel), by, name, seen).await?,
            };
            Ok((tester.clone(), became))
        });
        side_by_side(each).await
    }

    async fn send_one(
        &self,
        (account, channel): (&CrmAccount, &Channel),
        (id, called): (&OperatorId, &OperatorName),
        name: &str,
        seen: Previewed,
    ) -> Result<Tested, PortError> {
        let Previewed { to: Some(link), messages, obstacles, waits_for, .. } = seen else {
            return Ok(Tested::Stopped(seen.obstacles));
        };
        if !obstacles.is_empty() {
            return Ok(Tested::Stopped(obstacles));
        }
        // A workflow's would wait for the month; what is tried out now is not.
        if matches!(waits_for, Some(WaitsFor::Month(_))) {
            return Ok(Tested::Stopped(vec![Obstacle::NoQuota]));
        }
        let accepted_at_ms = self.preview.clock.now_ms();
        let send_by_ms = account.send_by_ms(accepted_at_ms);
        let key = ConversationKey::person(&channel.id, &link.user);
        let job = PushJob {
            id: PushId::of_talk(&key, id, name),
            sender: Sender::Test { name: called.clone() },
            account: account.key.clone(),
            callback: None,
            waits: false,
            contact: None,
            channel: channel.id.clone(),
            to: Recipient::Linked { user: link.user, since_ms: link.linked_at_ms },
            messages: messages.into_iter().map(|message| (self.marked)(message, account.language)).collect(),
            purpose: Purpose::Service,
            tag: None,
            accepted_at_ms,
            send_by_ms,
            // What is tried out now is not held until the next month.
            not_after_ms: Some(send_by_ms),
            expires_at_ms: accepted_at_ms,
            refused: None,
            tries: 0,
            inbox: None,
        };
        self.push.send(&job).await?;
        Ok(Tested::OnItsWay)
    }
}
