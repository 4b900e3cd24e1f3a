//! What a send would be to one contact, without sending it: its words as they would arrive, whatever stands in its way, what LINE says of
//! it, and what is left of the month.
//!
//! It asks and changes nothing: twice is the same, and no message of the month is counted. It goes by what stands now. When the send itself
//! comes, all of it is looked at again: whoever blocks the account meanwhile gets nothing.

use std::sync::Arc;

use crate::domain::account::{CrmAccount, UnfilledTokens};
use crate::domain::action::Purpose;
use crate::domain::channel::{Channel, WithoutQuota};
use crate::domain::composing::Composing;
use crate::domain::ids::ContactId;
use crate::domain::language::Language;
use crate::domain::link::ContactLink;
use crate::domain::push::OutgoingMessage;
use crate::domain::quota::{QuotaState, has_room, held_until_ms};
use crate::domain::timeline::time_zone;
use crate::domain::token_property;
use crate::flow::person_state::PersonStates;
use crate::ports::checkup::MessageFault;
use crate::ports::crm::{ContactRecord, CrmFailure, Properties};
use crate::ports::{Clock, Crms, LineCheckup, PortError};

/// A person waits no longer than this for the CRM, in milliseconds.
const CRM_MS: i64 = 8_000;

/// What is to be looked at.
#[derive(Clone)]
pub struct Draft {
    /// The message fields, in order, as the workflow action takes them; blank ones are left out.
    pub fields: Vec<String>,
    /// What it is for.
    pub purpose: Purpose,
}

/// Why nothing can be said: whatever is sent is filled in with what the CRM has of the contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSeen {
    /// The CRM knows no such contact.
    NoContact,
    /// The CRM account must be connected anew.
    Disconnected,
    /// The CRM did not say.
    Silent,
}

/// What stands in the way of a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Nobody on the Official Account is linked to the contact.
    NotLinked,
    /// The person has blocked it.
    Blocked,
    /// The contact has not given the consent that the account asks for.
    NoConsent,
    /// The messages cannot be sent; why, in words.
    Invalid(String),
    /// LINE does not take them.
    RefusedByLine(Vec<MessageFault>),
    /// No messages are left this month.
    NoQuota,
}

/// What a send would wait for, until then, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// The sending hours.
    Hours(i64),
    /// The next month: no messages are left, and such sends are [held](WithoutQuota::Hold).
    Month(i64),
}

impl NotSeen {
    /// For whoever looks.
    pub fn words(self, language: Language) -> &'static str {
        match self {
            Self::NoContact => {
                language.pick("このコンタクトはHubSpotにありません。", "There is no such contact in HubSpot.")
            }
            Self::Disconnected => language.pick(
                "HubSpotとの接続が切れています。管理者にもう一度接続を依頼してください。",
                "HubSpot is not connected any more. Ask an admin to connect it again.",
            ),
            Self::Silent => language.pick(
                "HubSpotから応答がなく、コンタクトの値を確認できません。しばらくしてからもう一度お試しください。",
                "HubSpot did not answer, so the contact's values are not known. Try again later.",
            ),
        }
    }
}

impl Obstacle {
    /// For whoever looks, with the outcome that a workflow would see.
    pub fn words(&self, language: Language) -> String {
        let words = match self {
            Self::NotLinked => language.pick(
                "このコンタクトは、この公式アカウントの友だちと連携されていません（not_linked）。相手からのメッセージを待つか、アクションの「line_user_id」を使ってください。",
                "Nobody on this Official Account is linked to the contact (not_linked). Let the person write first, or use “line_user_id” of the action.",
            ),
            Self::Blocked => language.pick(
                "相手がこの公式アカウントをブロックしています（blocked）。",
                "The person has blocked this Official Account (blocked).",
            ),
            Self::NoConsent => language.pick(
                "設定「consent」で必要とする同意を、このコンタクトでは確認できません（no_consent）。",
                "The contact has not given the consent that the setting “consent” asks for (no_consent).",
            ),
            Self::Invalid(why) => why,
            Self::RefusedByLine(faults) => {
                let told = faults.iter().map(|fault| match fault.place.is_empty() {
                    true => fault.words.clone(),
                    false => format!("{}: {}", fault.place, fault.words),
                });
                let refused = language.pick(
                    "LINEがこの内容を受け付けません（invalid_message）。LINEの説明：",
                    "LINE does not take it (invalid_message). In its words: ",
                );
                return refused.to_owned() + &told.collect::<Vec<_>>().join("; ");
            }
            Self::NoQuota => language.pick(
                "LINEで今月送信できるメッセージの通数が残っていないため、送信できません（no_quota）。",
                "No LINE messages are left this month (no_quota).",
            ),
        };
        words.to_owned()
    }
}

/// What the send would be.
#[derive(Debug)]
pub struct Previewed {
    /// To whom, where somebody is linked to the contact.
    pub to: Option<ContactLink>,
    /// As they would arrive; none where they cannot be sent.
    pub messages: Vec<OutgoingMessage>,
    /// What stands in its way. Nothing: it would be sent.
    pub obstacles: Vec<Obstacle>,
    /// Whether LINE was asked for its word and gave it. Where there are no messages, there is nothing to ask.
    pub is_checked_by_line: bool,
    /// How the month stands. `None`: LINE did not say.
    pub quota: Option<QuotaState>,
    /// What it would wait for. `None`: it would go at once.
    pub waits_for: Option<WaitsFor>,
}

impl Previewed {
    fn of_nobody() -> Self {
        let obstacles = vec![Obstacle::NotLinked];
        let messages = Vec::new();
        Self { to: None, messages, obstacles, is_checked_by_line: false, quota: None, waits_for: None }
    }
}

/// Looks at sends before they are made.
pub struct Preview {
    /// What the CRM has of the contact.
    pub crms: Arc<dyn Crms>,
    /// Who is linked to whom, and who has blocked the account.
    pub states: PersonStates,
    /// LINE's word.
    pub line: Arc<dyn LineCheckup>,
    /// Makes messages of fields, or says in words why there are none.
    pub compose: fn(Composing<'_>) -> Result<Vec<OutgoingMessage>, String>,
    /// The time of now.
    pub clock: Arc<dyn Clock>,
}

impl Preview {
    /// What this draft would be to this contact from this Official Account of its account, and mistakes in it in that language. Asks the CRM
    /// once and LINE twice, and changes nothing. Of a contact to whom nobody on the Official Account is linked, nothing is read.
    ///
    /// # Errors
    /// A table or the secrets cannot be read. What the vendors do not say is no error.
    pub async fn preview(
        &self,
        account: &CrmAccount,
        channel: &Channel,
        contact: &ContactId,
        draft: &Draft,
        language: Language,
    ) -> Result<Result<Previewed, NotSeen>, PortError> {
        let Some(person) = self.states.of_contact(&account.key, &channel.id, contact).await? else {
            return Ok(Ok(Previewed::of_nobody()));
        };
        let record = match self.read(account, contact).await? {
            Ok(record) => record,
            Err(why) => return Ok(Err(why)),
        };
        let mut obstacles = Vec::new();
        if person.follows == Some(false) {
            obstacles.push(Obstacle::Blocked);
        }
        let is_marketing = draft.purpose == Purpose::Marketing;
        let consent = account.consent.as_ref().filter(|_| is_marketing);
        if consent.is_some_and(|consent| !consent.is_given(&record.properties.0)) {
            obstacles.push(Obstacle::NoConsent);
        }
        let messages = self.messages(account, &record.properties, draft, language);
        let (faults, quota) = futures::join!(self.faults(channel, messages.as_deref().unwrap_or_default()), async {
            self.line.quota(&channel.id).await.ok()
        });
        let is_checked_by_line = faults.is_some();
        obstacles.extend(faults.filter(|faults| !faults.is_empty()).map(Obstacle::RefusedByLine));
        let is_out = quota.is_some_and(|month| month.limit.is_some_and(|limit| !has_room(month.used, 0, limit)));
        let now_ms = self.clock.now_ms();
        let month = held_until_ms(now_ms).filter(|_| channel.settings.without_quota == WithoutQuota::Hold);
        if is_out && month.is_none() {
            obstacles.push(Obstacle::NoQuota);
        }
        let messages = messages.unwrap_or_else(|why| {
            obstacles.push(Obstacle::Invalid(why));
            Vec::new()
        });
        let quota = quota.map(|month| QuotaState::at(month.used, month.limit, now_ms));
        let to = person.link;
        let hours = channel.settings.send_hours.as_ref().filter(|_| is_marketing);
        let opens_at_ms = hours.and_then(|hours| hours.next_ms(now_ms, &time_zone(&account.time_zone)));
        let hours = opens_at_ms.filter(|opens_at_ms| *opens_at_ms > now_ms).map(WaitsFor::Hours);
        let waits_for = month.filter(|_| is_out).map(WaitsFor::Month).or(hours);
        Ok(Ok(Previewed { waits_for, to, messages, obstacles, is_checked_by_line, quota }))
    }

    /// The contact with whatever a token may stand for.
    async fn read(
        &self,
        account: &CrmAccount,
        contact: &ContactId,
    ) -> Result<Result<ContactRecord, NotSeen>, PortError> {
        let Some(crm) = self.crms.connect(account, self.clock.now_ms() + CRM_MS).await? else {
            return Ok(Err(NotSeen::Disconnected));
        };
        let always = token_property::ALWAYS.iter().map(|(name, ..)| *name);
        let others = account.token_properties.iter().map(String::as_str);
        let consent = account.consent.iter().map(|consent| consent.property.as_str());
        let names: Vec<&str> = always.chain(others).chain(consent).collect();
        Ok(match crm.read_contacts(std::slice::from_ref(contact), &names).await.pop() {
            Some(Ok(record)) => Ok(record),
            Some(Err(CrmFailure::Gone)) => Err(NotSeen::NoContact),
            Some(Err(CrmFailure::Disconnected)) => Err(NotSeen::Disconnected),
            Some(Err(_)) | None => Err(NotSeen::Silent),
        })
    }

    fn messages(
        &self,
        account: &CrmAccount,
        properties: &Properties,
        draft: &Draft,
        language: Language,
    ) -> Result<Vec<OutgoingMessage>, String> {
        // As with a workflow: what the CRM is asked for and has no value is empty, anything else is unknown.
        let property = |name: &str| account.asks_for(name).then(|| properties.get(name).unwrap_or_default().to_owned());
        let names: Vec<String> = (1..=draft.fields.len()).map(|number| format!("message_{number}")).collect();
        let fields: Vec<(&str, &str)> =
            names.iter().map(String::as_str).zip(draft.fields.iter().map(String::as_str)).collect();
        let others_are_text = account.unfilled_tokens == UnfilledTokens::Send;
        (self.compose)(Composing { fields: &fields, property: &property, others_are_text, language })
    }

    /// What LINE does not take of them. `None`: there is nothing to ask, or LINE did not say.
    async fn faults(&self, channel: &Channel, messages: &[OutgoingMessage]) -> Option<Vec<MessageFault>> {
        if messages.is_empty() {
            return None;
        }
        match self.line.message_faults(&channel.id, messages).await {
            Ok(faults) => Some(faults),
            Err(error) => {
                crate::telemetry::log_chain("preview.not_checked", &error);
                None
            }
        }
    }
}
