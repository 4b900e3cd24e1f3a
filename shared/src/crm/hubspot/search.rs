//! Contacts looked for by people who look: HubSpot's search, whose index lags behind the records, and of which an account has five
//! calls a second for all its apps.
//!
//! Source: HubSpot's guide "Search the CRM" (2026-03): filters of a group all hold, of several groups one does; `query` looks at a
//! contact's names, e-mail addresses, telephone numbers and company; a body has at most 3,000 characters, and 10,000 hits can be paged.
//! How it cuts Japanese names into words is not documented.

use serde_json::{Value, json};

use super::VERSION;
use super::api::{Api, Call, Repeat};
use super::batch::text;
use super::contacts::{OWNER, contact_of};
use crate::domain::properties::LINE_UNANSWERED;
use crate::domain::provider::ProviderNumber;
use crate::ports::crm::{CrmFailure, Each, PEOPLE_PAGE, PeopleFound, PeopleQuery};

/// So many hits can be paged.
const PAGED: usize = 10_000;
/// Words of more characters say no more.
const WORDS: usize = 200;

/// A page of people.
pub(crate) async fn people(api: &Api, query: &PeopleQuery, names: &[&str]) -> Each<PeopleFound> {
    let path = format!("/crm/objects/{VERSION}/contacts/search");
    let answer = api.call(&Call::post("contacts/search", path, body(query, names), Repeat::Harmless)).await?;
    let results = answer["results"].as_array().ok_or(CrmFailure::Unknown)?;
    let people: Each<Vec<_>> = results.iter().map(|record| contact_of(record, names)).collect();
    let next = text(&answer["paging"]["next"]["after"]);
    let is_last = |after: &str| after.parse::<usize>().is_ok_and(|after| after + PEOPLE_PAGE > PAGED);
    Ok(PeopleFound { people: people?, next: next.filter(|after| !is_last(after)) })
}

fn body(query: &PeopleQuery, names: &[&str]) -> Value {
    let groups: Vec<Value> = query.providers.iter().map(|provider| group(*provider, query.waiting)).collect();
    let mut wanted = names.to_vec();
    wanted.push(OWNER);
    let mut body = json!({
        "filterGroups": groups,
        "sorts": [{"propertyName": "lastmodifieddate", "direction": "DESCENDING"}],
        "properties": wanted,
        "limit": PEOPLE_PAGE,
    });
    if let Some(words) = &query.words {
        body["query"] = words.chars().take(WORDS).collect::<String>().into();
    }
    if let Some(after) = &query.after {
        body["after"] = after.as_str().into();
    }
    body
}

/// Who is a person on LINE for this provider.
fn group(provider: ProviderNumber, waiting: bool) -> Value {
    let mut filters = vec![json!({"propertyName": provider.user_id_field(), "operator": "HAS_PROPERTY"})];
    if waiting {
        let unanswered = provider.field(LINE_UNANSWERED).unwrap_or(LINE_UNANSWERED);
        filters.push(json!({"propertyName": unanswered, "operator": "EQ", "value": "true"}));
    }
    json!({ "filters": filters })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_providers_and_words_a_search_is_as_small_as_hubspot_takes() {
        let query = PeopleQuery {
            providers: ProviderNumber::ALL.to_vec(),
            waiting: true,
            words: Some("名".repeat(5_000)),
            after: Some("9975".to_owned()),
        };
        let names: Vec<String> = (0..60).map(|number| format!("a_property_{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let body = body(&query, &names);
        assert_eq!(body["filterGroups"].as_array().map(Vec::len), Some(5));
        assert!(body.to_string().chars().count() <= 3_000, "{}", body.to_string().len());
    }
}
