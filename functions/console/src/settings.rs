//! Settings are shown as forms, and changed.

use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use musubi::domain::channel::Channel;
use musubi::domain::ids::ChannelId;
use musubi::domain::settings::{ACCOUNT, CHANNEL, LOGIN, SettingFault, Settings};
use musubi::flow::configure::change_error::ChangeError;
use musubi::pages::Page;

use crate::pages::ended::Ended;
use crate::pages::settings::{self, Outcome};
use crate::visit::{Admin, SignedIn, Stopped};

/// A form's fields: a setting's name, and `was.` and its name for what the page showed.
pub type Fields = Vec<(String, String)>;

/// `GET /console/account`
pub async fn account(Admin(visit): Admin) -> Result<Page, Stopped> {
    visit.sees_all()?;
    shown_account(&visit, Outcome::None).await
}

/// `POST /console/account`
pub async fn change_account(
    Admin(visit): Admin,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    visit.sees_all()?;
    let changed = visit.ports.settings.of_account(&visit.operator, &changes(&ACCOUNT, &fields)).await;
    match outcome(&visit, changed)? {
        None => Ok(Redirect::to("/console/account?saved=1").into_response()),
        Some(fault) => Ok(refused(shown_account(&visit, Outcome::Refused { fault, typed: fields }).await?)),
    }
}

/// `GET /console/channels/{channel}`
pub async fn channel(Admin(visit): Admin, id: Result<Path<String>, PathRejection>) -> Result<Page, Stopped> {
    let channel = find(&visit, id).await?;
    let last = visit.last_look().await?;
    Ok(settings::channel(&visit, &channel, &last, &Outcome::None))
}

/// `POST /console/channels/{channel}`: its own settings.
pub async fn change_channel(
    Admin(visit): Admin,
    id: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let (channel, fields) = (find(&visit, id).await?, checked(&visit, form)?);
    let changed = visit.ports.settings.of_channel(&visit.operator, &channel.id, &changes(&CHANNEL, &fields)).await;
    answered(&visit, &channel, changed, fields).await
}

/// `POST /console/channels/{channel}/login`: its LINE Login's.
pub async fn change_login(
    Admin(visit): Admin,
    id: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let (channel, fields) = (find(&visit, id).await?, checked(&visit, form)?);
    let changed = visit.ports.settings.of_login(&visit.operator, &channel.id, &changes(&LOGIN, &fields)).await;
    answered(&visit, &channel, changed, fields).await
}

async fn answered(
    visit: &SignedIn,
    channel: &Channel,
    changed: Result<(), ChangeError<SettingFault>>,
    typed: Fields,
) -> Result<Response, Stopped> {
    match outcome(visit, changed)? {
        None => Ok(Redirect::to(&format!("/console/channels/{}?saved=1", channel.id)).into_response()),
        Some(fault) => {
            let last = visit.last_look().await?;
            Ok(refused(settings::channel(visit, channel, &last, &Outcome::Refused { fault, typed })))
        }
    }
}

pub fn refused(page: Page) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// What was refused, if anything.
pub fn outcome<E>(visit: &SignedIn, changed: Result<(), ChangeError<E>>) -> Result<Option<E>, Stopped> {
    match changed {
        Ok(()) => Ok(None),
        Err(ChangeError::Refused(fault)) => Ok(Some(fault)),
        Err(ChangeError::Absent) => Err(visit.ends(Ended::NotFound)),
        Err(ChangeError::Contended(contended)) => Err(visit.failed(&contended.into())),
        Err(ChangeError::Port(error)) => Err(visit.failed(&error)),
    }
}

pub fn checked(visit: &SignedIn, form: Result<Form<Fields>, FormRejection>) -> Result<Fields, Stopped> {
    let Form(fields) = form.map_err(|_| visit.ends(Ended::NotOurForm))?;
    visit.checks(value(&fields, "token"))?;
    Ok(fields)
}

/// What differs from what the page showed: what another operator has changed meanwhile stays as they have it.
fn changes<T: Clone>(list: &Settings<T>, fields: &Fields) -> Vec<(&'static str, String)> {
    let changed = list.all.iter().filter_map(|setting| {
        // A text area sends its line breaks as the web has them.
        let typed = value(fields, setting.name)?.trim().replace("\r\n", "\n");
        let was = value(fields, &format!("was.{}", setting.name)).unwrap_or_default().replace("\r\n", "\n");
        let typed = if typed.is_empty() { "none".to_owned() } else { typed };
        let was = if was.is_empty() { "none".to_owned() } else { was };
        (typed != was).then_some((setting.name, typed))
    });
    changed.collect()
}

/// A field's value.
pub fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
}

async fn shown_account(visit: &SignedIn, outcome: Outcome) -> Result<Page, Stopped> {
    let account = visit.account().await?;
    Ok(settings::account(visit, &account, &outcome))
}

/// An Official Account of this CRM account that the operator sees; any other is not there.
pub async fn find(visit: &SignedIn, id: Result<Path<String>, PathRejection>) -> Result<Channel, Stopped> {
    let Path(id) = id.map_err(|_| visit.ends(Ended::NotFound))?;
    if !ChannelId::is_well_formed(&id) {
        return Err(visit.ends(Ended::NotFound));
    }
    let found = visit.ports.channels.find(&ChannelId::new(id)).await.map_err(|error| visit.failed(&error))?;
    let found = found.filter(|channel| channel.account == visit.operator.account && visit.operator.sees(&channel.id));
    found.ok_or_else(|| visit.ends(Ended::NotFound))
}
