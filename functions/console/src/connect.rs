//! An Official Account is connected: what is typed is tried at LINE, what LINE says is confirmed, and only then it is stored.
//!
//! Between the two forms nothing is kept here. The page that asks whether it is the right account holds what was typed, sealed
//! with the session's own secret: whoever reads the page cannot read it, no other session can send it, and after a quarter of an
//! hour nobody can.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Redirect, Response};
use musubi::domain::channel_values::{self, Field, TryRefusal, ValueFault};
use musubi::domain::ids::ChannelId;
use musubi::domain::provider::ProviderNumber;
use musubi::flow::configure::choose_provider::{self, SaidProvider};
use musubi::flow::configure::try_channel::{EnteredChannel, TriedChannel};
use musubi::flow::console::connect::{Confirmed, NoProviderFor, NotConnected};
use musubi::pages::Page;
use musubi::ports::secrets::Secret;
use musubi::sealed;
use serde::{Deserialize, Serialize};

use crate::pages::connect::{self, Mistake, Unconfirmed};
use crate::pages::ended::Ended;
use crate::settings::{Fields, checked, refused, value};
use crate::visit::{Admin, SignedIn, Stopped};

/// Names what is sealed.
const SEALED: &str = "connect";
/// What was typed may be confirmed for so long, in milliseconds.
const CONFIRMED_WITHIN_MS: i64 = 15 * 60_000;

/// `GET /console/connect`
pub async fn ask(Admin(visit): Admin) -> Result<Page, Stopped> {
    visit.account().await?;
    Ok(connect::ask(&visit, &Mistake::None, ""))
}

/// `POST /console/connect`: the values are looked at and tried. Nothing is stored.
pub async fn try_at_line(Admin(visit): Admin, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    let field = |name: &str| value(&fields, name).unwrap_or_default();
    let mistaken = |mistake: Mistake| Ok(refused(connect::ask(&visit, &mistake, shown_again(field("id")))));
    let entered = match read(field("id"), field("secret"), field("access_token")) {
        Ok(entered) => entered,
        Err(faults) => return mistaken(Mistake::Values(faults)),
    };
    match visit.ports.connect.try_at_line(&visit.operator, &entered).await {
        Ok(tried) => {
            let until_ms = visit.ports.console.clock.now_ms() + CONFIRMED_WITHIN_MS;
            Ok(confirmation(&visit, &entered, until_ms, &tried, &Unconfirmed::Nothing).await?.into_response())
        }
        Err(error) => mistaken(Mistake::Refused(refusal(&visit, error)?)),
    }
}

/// `POST /console/connect/confirm`: it is the right one.
pub async fn confirm(Admin(visit): Admin, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    let now_ms = visit.ports.console.clock.now_ms();
    let entered = value(&fields, "sealed").and_then(|sealed| unsealed(&visit.session, sealed, now_ms));
    let Some((entered, until_ms)) = entered else {
        return Ok(refused(connect::ask(&visit, &Mistake::TooLate, "")));
    };
    let confirmed = Confirmed {
        cuts_off: value(&fields, "cuts_off").map(str::to_owned),
        provider: value(&fields, "provider").and_then(said_provider),
    };
    match visit.ports.connect.connect(&visit.operator, &entered, &confirmed).await {
        Ok(channel) => Ok(Redirect::to(&format!("/console/channels/{}/setup?saved=1", channel.id)).into_response()),
        Err(NotConnected::CutsOff(tried)) => {
            Ok(refused(confirmation(&visit, &entered, until_ms, &tried, &Unconfirmed::CutsOff).await?))
        }
        Err(NotConnected::NoProvider(NoProviderFor { tried, why })) => {
            let why = Unconfirmed::Provider(why);
            Ok(refused(confirmation(&visit, &entered, until_ms, &tried, &why).await?))
        }
        Err(error) => {
            let why = Mistake::Refused(refusal(&visit, error)?);
            Ok(refused(connect::ask(&visit, &why, entered.id.as_str())))
        }
    }
}

/// Why LINE or our rows say no; anything else ends the visit.
fn refusal(visit: &SignedIn, error: NotConnected) -> Result<TryRefusal, Stopped> {
    match error {
        NotConnected::Refused(refusal) => Ok(refusal),
        NotConnected::NotTheirs | NotConnected::CutsOff(_) | NotConnected::NoProvider(_) => {
            Err(visit.ends(Ended::SeesLess))
        }
        NotConnected::Port(error) => Err(visit.failed(&error)),
    }
}

fn read(id: &str, secret: &str, token: &str) -> Result<EnteredChannel, Vec<(Field, ValueFault)>> {
    let token = match channel_values::access_token(token) {
        Err(ValueFault::Missing) => Ok(None),
        read => read.map(Some).map_err(|fault| (Field::Token, fault)),
    };
    match (channel_values::pair(id, secret), token) {
        (Ok((id, secret)), Ok(token)) => Ok(EnteredChannel {
            id: ChannelId::new(id),
            secret: Secret::new(secret),
            access_token: token.map(Secret::new),
        }),
        (pair, token) => Err(pair.err().unwrap_or_default().into_iter().chain(token.err()).collect()),
    }
}

/// A mistyped ID may be shown again, and nothing that could be a secret in its place.
pub fn shown_again(id: &str) -> &str {
    let id = id.trim();
    if ChannelId::is_well_formed(id) { id } else { "" }
}

async fn confirmation(
    visit: &SignedIn,
    entered: &EnteredChannel,
    until_ms: i64,
    tried: &TriedChannel,
    unconfirmed: &Unconfirmed,
) -> Result<Page, Stopped> {
    let sealed = sealed(&visit.session, entered, until_ms).map_err(|error| visit.failed(&error))?;
    let providers = providers(visit, &entered.id).await?;
    Ok(connect::confirm(visit, &entered.id, tried, &sealed, &providers, unconfirmed))
}

/// The LINE providers among which it must be chosen, with their Official Accounts' names: an ID, where one is disconnected. None:
/// there is nothing to choose.
async fn providers(visit: &SignedIn, id: &ChannelId) -> Result<Vec<(ProviderNumber, Vec<String>)>, Stopped> {
    let account = visit.account().await?;
    if !choose_provider::is_asked(&account, id) {
        return Ok(Vec::new());
    }
    let channels = visit.channels(&account).await?;
    let name = |id: &ChannelId| {
        let channel = channels.iter().find(|channel| channel.id == *id);
        channel.map_or_else(|| id.to_string(), |channel| channel.name.clone())
    };
    let known = choose_provider::known_providers(&account).into_iter();
    Ok(known.map(|(number, of)| (number, of.into_iter().map(name).collect())).collect())
}

/// As the form says it.
fn said_provider(value: &str) -> Option<SaidProvider> {
    if value == connect::ANOTHER {
        return Some(SaidProvider::Another);
    }
    let number = value.parse::<u8>().ok()?;
    ProviderNumber::try_from(number).ok().map(SaidProvider::Known)
}

/// What was typed, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Typed {
    id: ChannelId,
    secret: Secret,
    access_token: Option<Secret>,
    until_ms: i64,
}

fn sealed(session: &Secret, entered: &EnteredChannel, until_ms: i64) -> Result<String, musubi::ports::PortError> {
    let EnteredChannel { id, secret, access_token } = entered.clone();
    let typed = Typed { id, secret, access_token, until_ms };
    let json = serde_json::to_string(&typed).expect("texts and a number are JSON");
    sealed::seal(session, SEALED, &json)
}

/// With until when it may be confirmed.
fn unsealed(session: &Secret, sealed: &str, now_ms: i64) -> Option<(EnteredChannel, i64)> {
    let json = sealed::unseal(session, SEALED, sealed)?;
    let Typed { id, secret, access_token, until_ms } = serde_json::from_str(json.expose()).ok()?;
    (now_ms < until_ms).then_some((EnteredChannel { id, secret, access_token }, until_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_comes_back_in_its_session_and_in_time() {
        let entered = EnteredChannel {
            id: ChannelId::new("1234567890"),
            secret: Secret::new("s"),
            access_token: Some(Secret::new("t")),
        };
        let (session, other) = (Secret::new("a"), Secret::new("b"));
        let text = sealed(&session, &entered, 100).unwrap();
        assert_eq!(unsealed(&session, &text, 99), Some((entered, 100)));
        assert!(unsealed(&session, &text, 100).is_none() && unsealed(&other, &text, 99).is_none());
    }

    #[test]
    fn nothing_that_could_be_a_secret_is_shown_again() {
        for (typed, shown) in [(" 123456789 ", "123456789"), ("0123456789abcdef", ""), ("123 456", ""), ("", "")] {
            assert_eq!(shown_again(typed), shown, "{typed}");
        }
    }
}
