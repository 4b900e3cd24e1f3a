//! HubSpot as it calls us: workflow actions, their options, webhooks, pages of ours there.

use std::collections::BTreeMap;

use http::HeaderMap;
use serde_json::Value;

use super::{action, inbox_call, signature, visitor, webhook};
use crate::domain::action::{ActionRequest, OptionsRequest};
use crate::domain::changed::Changed;
use crate::domain::channel::Channel;
use crate::domain::crm_inbox::InboxPost;
use crate::domain::ids::CrmAccountId;
use crate::ports::crm_caller::{
    ActionAnswer, Call, CallKind, CrmCaller, CrmVisitor, Unreadable, Unverified, VerifiedCall,
};
use crate::ports::secrets::Secret;

/// HubSpot's side.
pub struct HubSpotCaller;

impl CrmCaller for HubSpotCaller {
    fn can_be_signed(&self, kind: CallKind, headers: &HeaderMap, now_ms: i64) -> Result<(), Unverified> {
        Ok(match kind {
            CallKind::Action | CallKind::Person => signature::can_be_signed(headers, now_ms),
            CallKind::Webhook => signature::can_be_signed_webhook(headers, now_ms),
            CallKind::Inbox => signature::can_be_signed_inbox(headers, now_ms),
        }?)
    }

    fn verify<'a>(
        &self,
        kind: CallKind,
        call: &Call<'a>,
        public_url: &str,
        secrets: &[Secret],
        now_ms: i64,
    ) -> Result<VerifiedCall<'a>, Unverified> {
        Ok(match kind {
            CallKind::Action | CallKind::Person => signature::verify(call, public_url, secrets, now_ms),
            CallKind::Webhook => signature::verify_webhook(call, public_url, secrets, now_ms),
            CallKind::Inbox => signature::verify_inbox(call, public_url, secrets, now_ms),
        }?)
    }

    fn read_action(&self, call: &VerifiedCall<'_>) -> Result<ActionRequest, Unreadable> {
        action::parse(call)
    }

    fn read_options(&self, call: &VerifiedCall<'_>) -> Result<OptionsRequest, Unreadable> {
        action::parse_options(call)
    }

    fn read_changes(&self, call: &VerifiedCall<'_>) -> Result<BTreeMap<CrmAccountId, Vec<Changed>>, Unreadable> {
        webhook::parse(call)
    }

    fn read_visitor(&self, call: &VerifiedCall<'_>, now_ms: i64) -> Result<CrmVisitor, Unreadable> {
        visitor::parse(call, now_ms)
    }

    fn read_inbox(&self, call: &VerifiedCall<'_>) -> Result<Vec<InboxPost>, Unreadable> {
        inbox_call::parse(call)
    }

    fn answer(&self, answer: ActionAnswer<'_>) -> Value {
        action::answer(answer)
    }

    fn answer_options(&self, channels: &[Channel], search: Option<&str>) -> Value {
        action::options(channels, search)
    }
}
