//! The toy as it calls us. A call is signed by repeating the secret in a header, which no real CRM should do.

use std::collections::BTreeMap;

use http::HeaderMap;
use musubi::domain::action::{ActionRequest, Execution, MessageInput, OptionsRequest, Purpose};
use musubi::domain::changed::Changed;
use musubi::domain::channel::Channel;
use musubi::domain::ids::{CallbackId, ContactId, CrmAccountId, LineUserId};
use musubi::ports::CrmCaller;
use musubi::ports::crm_caller::{ActionAnswer, Call, CallKind, CrmVisitor, Unreadable, Unverified, VerifiedCall};
use musubi::ports::secrets::Secret;
use serde_json::{Value, json};

pub const SIGNATURE: &str = "x-toy-signature";

pub struct ToyCaller;

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn object(call: &VerifiedCall<'_>) -> Result<(CrmAccountId, Value), Unreadable> {
    let body: Value = serde_json::from_slice(call.body()).map_err(|_| Unreadable("no JSON"))?;
    let account = text(&body["org"]).ok_or(Unreadable("no org"))?;
    Ok((CrmAccountId::new(account), body))
}

impl CrmCaller for ToyCaller {
    fn can_be_signed(&self, _: CallKind, headers: &HeaderMap, _: i64) -> Result<(), Unverified> {
        headers.contains_key(SIGNATURE).then_some(()).ok_or(Unverified("no signature"))
    }

    fn verify<'a>(
        &self,
        _: CallKind,
        call: &Call<'a>,
        _: &str,
        secrets: &[Secret],
        _: i64,
    ) -> Result<VerifiedCall<'a>, Unverified> {
        let given = call.headers.get(SIGNATURE).map(http::HeaderValue::as_bytes);
        match secrets.iter().any(|secret| Some(secret.expose().as_bytes()) == given) {
            true => Ok(VerifiedCall::by_signature(call.body)),
            false => Err(Unverified("another secret")),
        }
    }

    fn read_action(&self, call: &VerifiedCall<'_>) -> Result<ActionRequest, Unreadable> {
        let (account, body) = object(call)?;
        Ok(ActionRequest {
            account,
            execution: text(&body["step"]).map(|step| Execution::Callback(CallbackId::new(step))),
            contact: text(&body["person"]).map(ContactId::new),
            is_other_record: false,
            contact_properties: BTreeMap::new(),
            channel: None,
            line_user_id: text(&body["line"]).map(LineUserId::new),
            messages: text(&body["say"]).map(|say| ("say", MessageInput::Text(say))).into_iter().collect(),
            not_after: None,
            purpose: Purpose::default(),
            tag: None,
        })
    }

    fn read_options(&self, call: &VerifiedCall<'_>) -> Result<OptionsRequest, Unreadable> {
        let (account, body) = object(call)?;
        Ok(OptionsRequest { account, field: None, search: text(&body["typed"]) })
    }

    fn read_changes(&self, call: &VerifiedCall<'_>) -> Result<BTreeMap<CrmAccountId, Vec<Changed>>, Unreadable> {
        let (account, body) = object(call)?;
        let people = body["changed"].as_array().into_iter().flatten().filter_map(text);
        let changed = people.map(|person| Changed { contact: ContactId::new(person), forget: false }).collect();
        Ok(BTreeMap::from([(account, changed)]))
    }

    fn read_visitor(&self, _: &VerifiedCall<'_>, _: i64) -> Result<CrmVisitor, Unreadable> {
        Err(Unreadable("there are no pages in the toy"))
    }

    fn answer(&self, answer: ActionAnswer<'_>) -> Value {
        match answer {
            ActionAnswer::Wait { .. } => json!({"state": "later"}),
            ActionAnswer::Done { success, outputs } => {
                json!({"state": if success { "ok" } else { "no" }, "told": outputs})
            }
        }
    }

    fn answer_options(&self, channels: &[Channel], _: Option<&str>) -> Value {
        json!({"choices": channels.iter().map(|channel| channel.id.as_str()).collect::<Vec<_>>()})
    }
}
