//! Who may use the console: they are invited, get another role, and are removed.

use std::collections::BTreeSet;

use axum::Form;
use axum::extract::Query;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::response::{IntoResponse, Redirect, Response};
use musubi::browser;
use musubi::domain::ids::{ChannelId, OperatorId};
use musubi::domain::operator::{Operator, OperatorName, Role};
use musubi::flow::console::{Invite, Removal, RoleChange, invitation_address};
use musubi::pages::Page;
use serde::Deserialize;

use crate::pages::ended::Ended;
use crate::pages::team::{self, Mistake};
use crate::visit::{Admin, SignedIn, Stopped};

/// A form's fields; one may occur more often.
type Fields = Vec<(String, String)>;

/// `GET /console/team`
pub async fn page(Admin(visit): Admin) -> Result<Page, Stopped> {
    shown(&visit, None).await
}

async fn shown(visit: &SignedIn, mistake: Option<Mistake>) -> Result<Page, Stopped> {
    let operators = visit.ports.console.operators.all(&visit.operator.account).await;
    let operators = operators.map_err(|error| visit.failed(&error))?;
    let channels = visit.channels(&visit.account().await?).await?;
    Ok(team::page(visit, &operators, &channels, mistake))
}

/// `POST /console/team/invitations`: the address is shown here, once.
pub async fn invite(Admin(visit): Admin, form: Result<Form<Fields>, FormRejection>) -> Result<Page, Stopped> {
    let Form(fields) = form.map_err(|_| visit.ends(Ended::NotOurForm))?;
    let field = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    visit.checks(field("token"))?;
    let Some(name) = field("name").and_then(OperatorName::parse) else {
        return shown(&visit, Some(Mistake::Name)).await;
    };
    let Some(role) = field("role").and_then(Role::parse) else { return shown(&visit, Some(Mistake::Role)).await };
    let chosen: BTreeSet<ChannelId> =
        fields.iter().filter(|(field, _)| field == "channel").map(|(_, id)| ChannelId::new(id)).collect();
    let known = visit.account().await?.channels;
    if !chosen.iter().all(|id| known.contains(id)) {
        return shown(&visit, Some(Mistake::Channel)).await;
    }
    let invite = Invite {
        account: visit.operator.account.clone(),
        name,
        role,
        // None chosen: all that whoever invites sees.
        channels: if chosen.is_empty() { visit.operator.channels.clone() } else { Some(chosen) },
        by: visit.operator.actor(),
    };
    let code = browser::random_secret().map_err(|error| visit.failed(&error))?;
    let invited = visit.ports.console.invite_by(&visit.operator, &invite, &code).await;
    if !invited.map_err(|error| visit.failed(&error))? {
        return shown(&visit, Some(Mistake::SeesMore)).await;
    }
    Ok(team::invited(&visit, &invite, &invitation_address(&visit.ports.public_url, &code)))
}

/// Whom a link or a form is about.
#[derive(Deserialize)]
pub struct Whom {
    id: String,
    token: Option<String>,
}

/// `GET /console/team/remove?id=...`: is it meant?
pub async fn ask_to_remove(Admin(visit): Admin, whom: Result<Query<Whom>, QueryRejection>) -> Result<Page, Stopped> {
    let Query(whom) = whom.map_err(|_| visit.ends(Ended::NotFound))?;
    let operator = find(&visit, &whom.id).await?;
    Ok(team::ask_to_remove(&visit, &operator))
}

async fn find(visit: &SignedIn, id: &str) -> Result<Operator, Stopped> {
    let found = visit.ports.console.operators.find(&visit.operator.account, &operator_id(visit, id)?).await;
    let found = found.map_err(|error| visit.failed(&error))?;
    Ok(found.ok_or_else(|| visit.ends(Ended::NotFound))?.value)
}

/// What can be nobody's ID is not looked up.
fn operator_id(visit: &SignedIn, id: &str) -> Result<OperatorId, Stopped> {
    if OperatorId::is_well_formed(id) { Ok(OperatorId::new(id)) } else { Err(visit.ends(Ended::NotFound)) }
}

/// `POST /console/team/remove`
pub async fn remove(Admin(visit): Admin, form: Result<Form<Whom>, FormRejection>) -> Result<Response, Stopped> {
    let Form(whom) = form.map_err(|_| visit.ends(Ended::NotOurForm))?;
    visit.checks(whom.token.as_deref())?;
    let id = operator_id(&visit, &whom.id)?;
    let removal = visit.ports.console.remove(&visit.operator.account, Some(&visit.operator), &id).await;
    match removal.map_err(|error| visit.failed(&error))? {
        // Who is there no more is what was wanted.
        Removal::Removed | Removal::Nobody => Ok(Redirect::to("/console/team").into_response()),
        Removal::Oneself => Ok(shown(&visit, Some(Mistake::Oneself)).await?.into_response()),
        Removal::SeesMore => Ok(shown(&visit, Some(Mistake::SeesMore)).await?.into_response()),
    }
}

/// `GET /console/team/role?id=...`: is it meant?
pub async fn ask_to_change_role(
    Admin(visit): Admin,
    whom: Result<Query<Whom>, QueryRejection>,
) -> Result<Page, Stopped> {
    let Query(whom) = whom.map_err(|_| visit.ends(Ended::NotFound))?;
    let operator = find(&visit, &whom.id).await?;
    Ok(team::ask_to_change_role(&visit, &operator))
}

/// Who gets which role.
#[derive(Deserialize)]
pub struct NewRole {
    id: String,
    role: String,
    token: Option<String>,
}

/// `POST /console/team/role`
pub async fn change_role(Admin(visit): Admin, form: Result<Form<NewRole>, FormRejection>) -> Result<Response, Stopped> {
    let Form(new) = form.map_err(|_| visit.ends(Ended::NotOurForm))?;
    visit.checks(new.token.as_deref())?;
    let id = operator_id(&visit, &new.id)?;
    let Some(role) = Role::parse(&new.role) else {
        return Ok(shown(&visit, Some(Mistake::Role)).await?.into_response());
    };
    let change = visit.ports.console.change_role(&visit.operator, &id, role).await;
    match change.map_err(|error| visit.failed(&error))? {
        RoleChange::Changed => Ok(Redirect::to("/console/team").into_response()),
        RoleChange::Nobody => Err(visit.ends(Ended::NotFound)),
        RoleChange::Oneself => Ok(shown(&visit, Some(Mistake::OwnRole)).await?.into_response()),
        RoleChange::SeesMore => Ok(shown(&visit, Some(Mistake::SeesMore)).await?.into_response()),
    }
}
