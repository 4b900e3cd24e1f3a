//! A LINE user ID that stands on a contact, or does not stand there any more, because somebody wrote it: what the CRM claims.

use super::{ReconcileContact, Seen};
use crate::domain::claim::{Claim, ClaimedBy, Target};
use crate::domain::conversation::ConversationKey;
use crate::domain::erasure::Erasure;
use crate::domain::ids::{ChannelId, LineUserId};
use crate::domain::link::ContactLink;
use crate::domain::outbox::Effect;
use crate::domain::properties::LINE_USER_ID;
use crate::flow::dispatch::links::conversation_of;
use crate::flow::load::load_or_new;
use crate::ports::PortError;
use crate::ports::crm::{ContactRecord, CrmFailure};
use crate::ports::table::{Commit, Versioned};
use crate::store::journal::write;

/// What we are about to write ourselves comes first; how it stands then is looked at after this long.
const AFTER_US_MS: i64 = 5_000;
/// LINE answers, but not to this question: somebody must act.
const REFUSED_REST_MS: i64 = 900_000;

impl ReconcileContact<'_> {
    /// The contact's field against our links. Where they agree, nothing is written.
    pub(super) async fn compare(&self, record: &ContactRecord) -> Result<Seen, PortError> {
        let links = self.links.of_contact(&record.contact).await?;
        let Some(named) = record.properties.get(LINE_USER_ID).map(str::trim).filter(|named| !named.is_empty()) else {
            return self.emptied(&links).await;
        };
        if !LineUserId::is_well_formed(named) {
            tracing::warn!(crm.account = %self.round.account.key, contact = %record.contact, "preset.malformed");
            crate::telemetry::count("PresetMalformed", 1);
            return Ok(Seen::Agreed);
        }
        let user = LineUserId::new(named);
        // The Official Accounts of one provider know one person by one ID.
        if links.iter().any(|link| link.value.user == user) {
            return Ok(Seen::Agreed);
        }
        for link in &links {
            if self.is_behind(&link.value).await? {
                return Ok(Seen::Later(AFTER_US_MS));
            }
        }
        self.preset(record, &user).await
    }

    /// Somebody emptied the field of a contact that is linked, if it was filled at all.
    async fn emptied(&self, links: &[Versioned<ContactLink>]) -> Result<Seen, PortError> {
        for link in links {
            if self.is_behind(&link.value).await? {
                return Ok(Seen::Later(AFTER_US_MS));
            }
        }
        for link in links {
            let key = conversation_of(&link.value);
            let erasure = self.round.journal.erasure(&key).await?;
            if erasure.covers(link.value.linked_at_ms) {
                continue;
            }
            if let Seen::Later(wait_ms) = self.claim(&key, Target::Unlinked, &erasure).await? {
                return Ok(Seen::Later(wait_ms));
            }
        }
        Ok(Seen::Agreed)
    }

    /// Whether the contact does not show the link yet. One whose person never had a conversation was never written to.
    async fn is_behind(&self, link: &ContactLink) -> Result<bool, PortError> {
        match self.round.state(&conversation_of(link)).await? {
            Some(state) => Ok(state.value.sync_queued),
            None => {
                self.links.enqueue_sync(link).await?;
                Ok(true)
            }
        }
    }

    /// The contact is claimed for the person, on each channel where LINE knows them.
    async fn preset(&self, record: &ContactRecord, user: &LineUserId) -> Result<Seen, PortError> {
        let mut known = Vec::new();
        for channel in self.links.channels() {
            match self.is_known(channel, user).await {
                Ok(true) => known.push(ConversationKey::person(channel, user)),
                Ok(false) => {}
                Err(error) => {
                    crate::telemetry::log_chain("preset.unchecked", &error);
                    return Ok(Seen::Later(if error.is_transient() { 0 } else { REFUSED_REST_MS }));
                }
            }
        }
        if known.is_empty() {
            // A wrong provider's ID, a slip of the pen, or no friend yet: whoever follows is found by the field.
            tracing::warn!(crm.account = %self.round.account.key, contact = %record.contact, "preset.unknown_at_line");
            crate::telemetry::count("PresetUnknown", 1);
        }
        for key in &known {
            let erasure = self.round.journal.erasure(key).await?;
            match self.is_from_before(record, user, &erasure).await {
                Ok(false) => {}
                // It is emptied instead.
                Ok(true) => {
                    self.round
                        .enqueue_now(Effect::ClearContactFields {
                            contact: record.contact.clone(),
                            channel: key.channel.clone(),
                            provider: self.contacts.provider(),
                        })
                        .await?;
                    continue;
                }
                Err(wait_ms) => return Ok(Seen::Later(wait_ms)),
            }
            if let Seen::Later(wait_ms) = self.claim(key, Target::Contact(record.contact.clone()), &erasure).await? {
                return Ok(Seen::Later(wait_ms));
            }
        }
        Ok(Seen::Agreed)
    }

    /// Whether the person was erased and stands on the contact only from before that. Read anew: the record at hand may be older
    /// than the erasing. `Err`: to be asked again after this long, in milliseconds.
    async fn is_from_before(&self, record: &ContactRecord, user: &LineUserId, erasure: &Erasure) -> Result<bool, i64> {
        if !erasure.is_marked() {
            return Ok(false);
        }
        match self.contacts.find_person(user).await {
            Ok(Some(named)) if named.contact == record.contact => Ok(named.is_from_before(erasure)),
            // It has changed: it is looked at anew.
            Ok(_) => Err(AFTER_US_MS),
            Err(CrmFailure::Later { wait_ms }) => Err(i64::try_from(wait_ms).unwrap_or(REFUSED_REST_MS)),
            Err(CrmFailure::Unknown) => Err(0),
            Err(_) => Err(REFUSED_REST_MS),
        }
    }

    /// Whether the channel knows the person: by our own books (LINE tells nothing of those who block it), else by LINE's.
    async fn is_known(&self, channel: &ChannelId, user: &LineUserId) -> Result<bool, PortError> {
        if self.links.is_linked(channel, user).await? {
            return Ok(true);
        }
        let state = self.round.state(&ConversationKey::person(channel, user)).await?;
        if state.is_some_and(|state| state.value.friendship.as_of.is_some()) {
            return Ok(true);
        }
        Ok(self.messenger.profile(channel, user).await?.is_some())
    }

    /// The CRM says that the person is this, as far as is known of whether they are erased. What somebody else said and waits is
    /// acted on first.
    async fn claim(&self, key: &ConversationKey, target: Target, known: &Erasure) -> Result<Seen, PortError> {
        let now_ms = self.round.now_ms();
        let mut loaded = load_or_new(self.round.journal, key, &self.round.account.key).await?;
        if loaded.erasure != *known {
            return Ok(Seen::Later(AFTER_US_MS));
        }
        let waiting = self.round.journal.claim(key).await?;
        let version = waiting.as_ref().map_or(0, |waiting| waiting.version);
        match waiting.map(|waiting| waiting.value) {
            Some(waiting) if waiting.by != ClaimedBy::Preset => return Ok(Seen::Later(AFTER_US_MS)),
            Some(waiting) if waiting.target == target => return Ok(Seen::Agreed),
            _ => {}
        }
        let claim = Claim::new(ClaimedBy::Preset, target, now_ms);
        // The contact that is to be shows neither name nor picture yet.
        let state = &mut loaded.state.value;
        state.profile_wanted |= claim.target != Target::Unlinked;
        let mut writes = vec![write::claim(key, &claim, version, now_ms)];
        writes.extend(state.enqueue_sync(now_ms).iter().map(write::enqueue));
        writes.extend(loaded.writes());
        if self.round.journal.commit(writes).await? == Commit::Conflict {
            return Ok(Seen::Later(0));
        }
        tracing::info!(crm.account = %self.round.account.key, conversation = key.hash(), by = ?claim.by, "claim.recorded");
        Ok(Seen::Agreed)
    }
}
