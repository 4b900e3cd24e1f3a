//! LINE's part of the world: phones, what reached them, and the calls that LINE was asked.

use serde_json::{Value, json};

use super::Demo;
use crate::fake::line::{Friendship, TalkLine};

pub(super) fn line(demo: &Demo) -> Value {
    let messages: Vec<Value> = demo
        .line
        .delivered()
        .iter()
        .map(|it| json!({"to": it.to, "retry_key": it.retry_key, "messages": it.messages, "at_ms": it.at_ms}))
        .collect();
    let ledger = demo.line.ledger();
    let calls: Vec<Value> = ledger
        .calls
        .iter()
        .map(|call| {
            json!({
                "method": call.method, "path": call.path, "status": call.status,
                "lost": call.lost, "retry_key": call.retry_key, "at_ms": call.at_ms,
            })
        })
        .collect();
    json!({
        "messages": messages, "calls": calls, "violations": ledger.violations,
        "people": people(demo), "channel": channel(demo),
    })
}

/// The user IDs that the demo channel's provider knows, by name and ID, so that a list of them keeps its order.
pub(super) fn known(demo: &Demo) -> Vec<(String, String, Option<String>)> {
    let provider = demo.line.channel(&demo.channel_id).map(|spec| spec.provider).unwrap_or_default();
    demo.line.people(&provider)
}

fn people(demo: &Demo) -> Vec<Value> {
    let person = |(user_id, name, picture): (String, String, Option<String>)| {
        let friendship = match demo.line.friendship(&demo.channel_id, &user_id) {
            Friendship::None => "none",
            Friendship::Friend => "friend",
            Friendship::Blocked => "blocked",
        };
        let writing = demo.line.is_loading(&demo.channel_id, &user_id);
        let talk: Vec<Value> = demo.line.talk(&demo.channel_id, &user_id).iter().map(talk_line).collect();
        json!({"user_id": user_id, "name": name, "picture": picture, "friendship": friendship, "talk": talk, "writing": writing})
    };
    known(demo).into_iter().map(person).collect()
}

fn talk_line(line: &TalkLine) -> Value {
    json!({
        "by_person": line.by_person, "message_id": line.message_id, "message": line.message,
        "at_ms": line.at_ms, "unsent": line.unsent, "read": line.read,
    })
}

fn channel(demo: &Demo) -> Value {
    let Some(spec) = demo.line.channel(&demo.channel_id) else {
        return Value::Null;
    };
    let errors = demo.line.webhook_errors(&demo.channel_id);
    json!({
        "channel_id": spec.channel_id, "name": spec.name, "basic_id": spec.basic_id, "bot_user_id": spec.bot_user_id,
        "used_this_month": demo.line.used_this_month(&demo.channel_id),
        "monthly_limit": spec.monthly_limit,
        "waiting_redeliveries": demo.line.waiting_redeliveries(&demo.channel_id),
        "webhook_errors": {
            "could_not_connect": errors.could_not_connect, "request_timeout": errors.request_timeout,
            "error_status_code": errors.error_status_code,
        },
    })
}
