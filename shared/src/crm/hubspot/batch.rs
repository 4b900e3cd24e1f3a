//! Many records in one call: HubSpot takes up to 100, answers 207 where some fail, and 400 where it does not say which.

use std::ops::Range;

use serde_json::{Value, json};

use super::api::{Api, Call, Repeat};
use super::failure::{PROPERTY_DOESNT_EXIST, of_item};
use crate::ports::crm::{CrmFailure, Each};

/// Inputs per call (HubSpot's object APIs). For completions no number is documented; the same is used.
const LARGEST: usize = 100;
/// What was not attempted because the call before it got no answer.
pub(crate) const NOT_ATTEMPTED: CrmFailure = CrmFailure::Later { wait_ms: 5_000 };

/// A call for many.
pub(crate) struct Batch {
    /// For logs.
    pub(crate) name: &'static str,
    pub(crate) path: String,
    /// A field beside `inputs`.
    pub(crate) beside: Vec<(&'static str, Value)>,
    pub(crate) repeat: Repeat,
    /// Each input gets its `objectWriteTraceId`, without which one bad input fails all (HubSpot's guide on batches).
    pub(crate) traced: bool,
    /// Success is an empty answer.
    pub(crate) silent: bool,
    /// A refusal of a whole call is bisected.
    pub(crate) bisected: bool,
    /// What an input is that the answer does not mention.
    pub(crate) unmentioned: CrmFailure,
}

impl Batch {
    /// Writes that HubSpot traces.
    pub(crate) fn write(name: &'static str, path: String, repeat: Repeat) -> Self {
        let (beside, unmentioned) = (Vec::new(), CrmFailure::Unknown);
        Self { name, path, beside, repeat, traced: true, silent: false, bisected: true, unmentioned }
    }

    /// Reads, of these properties.
    pub(crate) fn read(name: &'static str, path: String, properties: &[&str]) -> Self {
        let beside = vec![("properties", json!(properties)), ("propertiesWithHistory", json!([]))];
        Self {
            name,
            path,
            beside,
            repeat: Repeat::Harmless,
            traced: false,
            silent: false,
            bisected: true,
            unmentioned: CrmFailure::Gone,
        }
    }
}

/// Answers for each input, in order. No two inputs may name the same record.
///
/// A refusal of a whole call is bisected, where that is asked for, until it names one input. After a call without an answer, or one that asks to wait,
/// the rest is not attempted.
pub(crate) async fn run(api: &Api, batch: &Batch, inputs: &[Value]) -> Vec<Each<Value>> {
    let mut answers: Vec<Each<Value>> = vec![Err(NOT_ATTEMPTED); inputs.len()];
    let mut stopped: Option<CrmFailure> = None;
    let mut work: Vec<Range<usize>> = chunks(inputs.len()).rev().collect();
    while let Some(range) = work.pop() {
        let part = &inputs[range.clone()];
        let answer = match &stopped {
            Some(failure) => Err(failure.clone()),
            None => api.call(&call(batch, part)).await,
        };
        match answer {
            Ok(_) if batch.silent => answers[range].fill(Ok(Value::Null)),
            Ok(body) => answers[range].clone_from_slice(&sorted(part, &body, &batch.unmentioned)),
            Err(failure) if batch.bisected && part.len() > 1 && some_are_to_blame(&failure, part) => {
                let middle = range.start + part.len() / 2;
                work.push(middle..range.end);
                work.push(range.start..middle);
            }
            Err(failure) => {
                stopped = stopped.or(match &failure {
                    CrmFailure::Disconnected | CrmFailure::Later { .. } => Some(failure.clone()),
                    CrmFailure::Unknown => Some(NOT_ATTEMPTED),
                    CrmFailure::Refused { .. } | CrmFailure::NotReady { .. } | CrmFailure::Taken | CrmFailure::Gone => {
                        None
                    }
                });
                answers[range].fill(Err(failure));
            }
        }
    }
    answers
}

fn chunks(count: usize) -> impl DoubleEndedIterator<Item = Range<usize>> {
    (0..count.div_ceil(LARGEST)).map(move |n| n * LARGEST..((n + 1) * LARGEST).min(count))
}

fn call(batch: &Batch, inputs: &[Value]) -> Call {
    let mut inputs = inputs.to_vec();
    if batch.traced {
        for (position, input) in inputs.iter_mut().enumerate() {
            input["objectWriteTraceId"] = json!(position.to_string());
        }
    }
    let mut body = json!({ "inputs": inputs });
    for (name, value) in &batch.beside {
        body[*name] = value.clone();
    }
    Call::post(batch.name, batch.path.clone(), body, batch.repeat)
}

/// Whether looking for the bad inputs is of use. A property that does not exist is everybody's trouble where all write it:
/// finding that out one by one would cost two calls an input.
fn some_are_to_blame(failure: &CrmFailure, inputs: &[Value]) -> bool {
    match failure {
        CrmFailure::NotReady { code } if code == PROPERTY_DOESNT_EXIST => {
            let names = |input: &Value| -> Vec<String> {
                input["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
            };
            inputs.iter().any(|input| names(input) != names(&inputs[0]))
        }
        CrmFailure::Refused { .. } | CrmFailure::Taken | CrmFailure::Gone => true,
        // An option, a required property: what one writes another may not.
        CrmFailure::NotReady { code } => !code.starts_with("HTTP_"),
        CrmFailure::Unknown | CrmFailure::Later { .. } | CrmFailure::Disconnected => false,
    }
}

/// Gives each input its result or error.
fn sorted(inputs: &[Value], body: &Value, unmentioned: &CrmFailure) -> Vec<Each<Value>> {
    let mut answers: Vec<Each<Value>> = vec![Err(unmentioned.clone()); inputs.len()];
    for result in body["results"].as_array().into_iter().flatten() {
        if let Some(position) = position_of_result(inputs, result) {
            answers[position] = Ok(result.clone());
        }
    }
    for error in body["errors"].as_array().into_iter().flatten() {
        for position in positions_of_error(inputs, error) {
            answers[position] = Err(of_item(error));
        }
    }
    answers
}

fn positions_of_error(inputs: &[Value], error: &Value) -> Vec<usize> {
    let context = &error["context"];
    let named = |name: &str| -> Vec<String> {
        match &context[name] {
            Value::Array(all) => all.iter().filter_map(text).collect(),
            one => text(one).into_iter().collect(),
        }
    };
    let traced: Vec<usize> =
        named("objectWriteTraceId").iter().filter_map(|trace| position_of_trace(inputs, trace)).collect();
    if !traced.is_empty() {
        return traced;
    }
    let ids: Vec<String> = ["ids", "id", "fromObjectId"].into_iter().flat_map(named).collect();
    (0..inputs.len()).filter(|position| id_of(&inputs[*position]).is_some_and(|id| ids.contains(&id))).collect()
}

fn position_of_result(inputs: &[Value], result: &Value) -> Option<usize> {
    if let Some(trace) = text(&result["objectWriteTraceId"]) {
        return position_of_trace(inputs, &trace);
    }
    if inputs.len() == 1 {
        return Some(0);
    }
    let id = id_of(result);
    inputs.iter().position(|input| match input["idProperty"].as_str() {
        Some(name) => text(&result["properties"][name]).is_some_and(|value| Some(value) == id_of(input)),
        None => id.is_some() && id == id_of(input),
    })
}

fn position_of_trace(inputs: &[Value], trace: &str) -> Option<usize> {
    trace.parse().ok().filter(|position| *position < inputs.len())
}

/// A record's ID; of an association, its first side.
fn id_of(value: &Value) -> Option<String> {
    text(&value["id"]).or_else(|| text(&value["from"]["id"]))
}

/// A text, or a number written as one: HubSpot writes IDs both ways. A number with a fraction of nothing is a whole one.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(without_fraction(number.to_string())),
        _ => None,
    }
}

/// The same for what is a number at HubSpot, such as an account's ID: also where the fraction stands in a text.
pub(crate) fn number(value: &Value) -> Option<String> {
    text(value).map(|text| without_fraction(text.trim().to_owned())).filter(|text| !text.is_empty())
}

/// Digits alone, where nothing but zeros stands behind their point.
fn without_fraction(text: String) -> String {
    match text.split_once('.') {
        Some((whole, fraction))
            if !whole.is_empty()
                && !fraction.is_empty()
                && whole.bytes().all(|byte| byte.is_ascii_digit())
                && fraction.bytes().all(|byte| byte == b'0') =>
        {
            whole.to_owned()
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str) -> Each<Value> {
        Err(CrmFailure::Refused { code: code.to_owned() })
    }

    #[test]
    fn a_multi_status_answer_is_sorted_by_trace_id_in_whatever_order_it_comes() {
        let inputs = [json!({"id": "a", "idProperty": "k"}), json!({"id": "b", "idProperty": "k"}), json!({"id": "c"})];
        let body = json!({
            "results": [{"id": "9", "objectWriteTraceId": "2"}, {"id": "7", "objectWriteTraceId": "0"}],
            "errors": [{"category": "VALIDATION_ERROR", "context": {"objectWriteTraceId": ["1"]}}],
        });
        let answers = sorted(&inputs, &body, &CrmFailure::Unknown);
        assert_eq!(answers[0].as_ref().unwrap()["id"], "7");
        assert_eq!(answers[1], refused("VALIDATION_ERROR"));
        assert_eq!(answers[2].as_ref().unwrap()["id"], "9");
    }

    #[test]
    fn without_traces_results_are_found_by_id_or_by_the_unique_property() {
        let by_id = [json!({"id": "1"}), json!({"id": "2"}), json!({"id": "3"})];
        let body =
            json!({"results": [{"id": 2}], "errors": [{"category": "OBJECT_NOT_FOUND", "context": {"ids": ["1"]}}]});
        let answers = sorted(&by_id, &body, &CrmFailure::Unknown);
        assert_eq!(answers[0], Err(CrmFailure::Gone));
        assert!(answers[1].is_ok());
        assert_eq!(answers[2], Err(CrmFailure::Unknown), "what nobody mentions is not known to be done");
        let by_key = [json!({"id": "x", "idProperty": "k"}), json!({"id": "y", "idProperty": "k"})];
        let body = json!({"results": [{"id": "7", "properties": {"k": "y"}}]});
        assert_eq!(sorted(&by_key, &body, &CrmFailure::Unknown)[0], Err(CrmFailure::Unknown));
        assert_eq!(sorted(&by_key, &body, &CrmFailure::Unknown)[1].as_ref().unwrap()["id"], "7");
    }

    #[test]
    fn a_record_that_a_read_leaves_out_is_gone_and_one_that_a_write_leaves_out_is_unknown() {
        let inputs = [json!({"id": "1"}), json!({"id": "2"})];
        let body = json!({"results": [{"id": "1"}]});
        let read = Batch::read("x", "/x".to_owned(), &[]);
        assert_eq!(sorted(&inputs, &body, &read.unmentioned)[1], Err(CrmFailure::Gone));
        let write = Batch::write("x", "/x".to_owned(), Repeat::Harmless);
        assert_eq!(sorted(&inputs, &body, &write.unmentioned)[1], Err(CrmFailure::Unknown));
    }

    #[test]
    fn a_trace_id_that_was_never_given_is_nobodys() {
        let inputs = [json!({"id": "a"}), json!({"id": "b"})];
        let body = json!({"results": [{"id": "a", "objectWriteTraceId": "7"}]});
        assert_eq!(
            sorted(&inputs, &body, &CrmFailure::Unknown),
            vec![Err(CrmFailure::Unknown), Err(CrmFailure::Unknown)]
        );
    }

    #[test]
    fn a_property_that_all_write_and_nobody_has_is_not_searched_for_one_by_one() {
        let missing = CrmFailure::NotReady { code: PROPERTY_DOESNT_EXIST.to_owned() };
        let same = [json!({"properties": {"a": "1"}}), json!({"properties": {"a": "2"}})];
        let different = [json!({"properties": {"a": "1"}}), json!({"properties": {"b": "2"}})];
        assert!(!some_are_to_blame(&missing, &same));
        assert!(some_are_to_blame(&missing, &different));
    }

    #[test]
    fn a_number_is_read_however_it_is_written() {
        for (value, read) in [
            (json!(24_000_001), "24000001"),
            (json!(24_000_001.0), "24000001"),
            (json!(153_847_279_758_000.0), "153847279758000"),
            (json!(" 24000001.0 "), "24000001"),
            (json!("24000001.00"), "24000001"),
            (json!(1.5), "1.5"),
            (json!("24000001.x"), "24000001.x"),
            (json!("24000001."), "24000001."),
            (json!(".0"), ".0"),
            (json!("-1.0"), "-1.0"),
        ] {
            assert_eq!(number(&value).as_deref(), Some(read), "{value}");
        }
        assert_eq!(text(&json!(7.0)).as_deref(), Some("7"));
        assert_eq!(text(&json!("7.0")).as_deref(), Some("7.0"), "a text stays a text");
        assert_eq!((number(&json!(" ")), number(&json!([1]))), (None, None));
    }

    #[test]
    fn chunks_hold_100_and_leave_nothing_out() {
        assert_eq!(chunks(0).count(), 0);
        assert_eq!(chunks(100).collect::<Vec<_>>(), vec![0..100]);
        assert_eq!(chunks(201).collect::<Vec<_>>(), vec![0..100, 100..200, 200..201]);
    }
}
