//! What a contact's properties should say, from our own state alone.

use jiff::Timestamp;

use super::SyncContact;
use super::person::Person;
use crate::domain::activity::{Activity, Content};
use crate::domain::conversation::Conversation;
use crate::domain::limits::Limits;
use crate::domain::properties::{self as property, recent, recent_line, retract, stamp};
use crate::domain::{shown, timeline, words};
use crate::flow::dispatch::links::cleared;
use crate::ports::crm::{ContactRecord, Properties};
use crate::ports::messenger::LineProfile;

impl SyncContact<'_> {
    pub(super) fn properties(&self, person: &Person, record: &ContactRecord, pending: &[Activity]) -> Properties {
        let state = &person.state.value;
        let shown = record.properties.get(property::LINE_USER_ID);
        // What the record says of somebody else must not stand beside this person's words.
        let somebody_else = shown.is_some_and(|user| user != person.user.expose());
        let mut properties = if somebody_else { cleared() } else { Properties::default() };
        properties.set(property::LINE_USER_ID, person.user.expose());
        set_profile(&mut properties, person.profile.as_ref(), self.crm.limits());
        if let Some(link) = &person.link
            && (person.new_link().is_some()
                || somebody_else
                || record.properties.get(property::LINE_LINKED_AT).is_none())
            && let Ok(at) = Timestamp::from_millisecond(link.value.linked_at_ms)
        {
            properties.set(property::LINE_LINKED_AT, at.to_string());
        }
        let claim = person.claim.as_ref().map(|claim| &claim.value);
        let friend = state.friendship.blocked.map(|blocked| !blocked).or(claim.and_then(|claim| claim.is_friend));
        if let Some(friend) = friend {
            properties.set(property::LINE_FOLLOWS, friend.to_string());
        }
        if let Some(following) = &state.following {
            let at = following.at_ms().and_then(|at_ms| Timestamp::from_millisecond(at_ms).ok());
            if let Some(at) = at {
                properties.set(property::LINE_FOLLOWED_AT, at.to_string());
            }
            if let Some(kind) = following.kind() {
                properties.set(property::LINE_FOLLOW_KIND, kind.as_str());
            }
        }
        if let Some(route) = claim.and_then(|claim| claim.route.as_ref())
            && record.properties.get(property::LINE_ROUTE).is_none()
        {
            properties.set(property::LINE_ROUTE, route.as_str());
        }
        let unanswered = state.unanswered_since_ms.is_some();
        properties.set(property::LINE_UNANSWERED, unanswered.to_string());
        if !unanswered {
            properties.set(property::LINE_UNANSWERED_MESSAGE, "");
        }
        if let Some(newest) = self.newest_words(state, pending) {
            if unanswered {
                properties.set(property::LINE_UNANSWERED_MESSAGE, newest.clone());
            }
            properties.set(property::LINE_LAST_MESSAGE, newest);
        }
        if person.channel.settings.recent_messages {
            let current =
                record.properties.get(property::LINE_RECENT_MESSAGES).filter(|_| !somebody_else).unwrap_or("");
            let now = self.recent_messages(state, current, pending);
            if now != current {
                properties.set(property::LINE_RECENT_MESSAGES, now);
            }
        }
        properties
    }

    /// The newest message, as long as its words are here, or it was taken back.
    fn newest_words(&self, state: &Conversation, pending: &[Activity]) -> Option<String> {
        let last = state.last_inbound.as_ref()?;
        let content = match pending.iter().find(|activity| activity.mark == last.mark) {
            Some(activity) => &activity.content,
            None if last.retracted => &Content::Unsent,
            None => return None,
        };
        Some(property::cut(&words::of(content, self.round.account.language), self.crm.limits().field_units))
    }

    fn recent_messages(&self, state: &Conversation, current: &str, pending: &[Activity]) -> String {
        let language = self.round.account.language;
        let zone = timeline::time_zone(&self.round.account.time_zone);
        let line = |at_ms: i64, content: &Content| recent_line(at_ms, &words::of(content, language), &zone);
        let gone: Vec<String> =
            state.retracted.iter().map(|at_ms| stamp(&line(*at_ms, &Content::Unsent)).to_owned()).collect();
        let new: Vec<String> = pending
            .iter()
            .filter(|activity| words::is_question(activity))
            .map(|activity| line(activity.mark.at_ms, &activity.content))
            .collect();
        let current = retract(current, &gone, &words::of(&Content::Unsent, language), &new);
        recent(&current, &new, self.crm.limits().field_units)
    }
}

/// Name and picture, where LINE told them. The name is no longer than the CRM takes.
pub(super) fn set_profile(properties: &mut Properties, profile: Option<&LineProfile>, limits: Limits) {
    if let Some(profile) = profile {
        let name = property::cut(&shown::name(&profile.display_name), property::SHORT_UNITS.min(limits.field_units));
        properties.set(property::LINE_USER_NAME, name);
        properties.set(property::LINE_USER_PICTURE, profile.picture_url.clone().unwrap_or_default());
    }
}
