//! LINE Login of an Official Account: its two values, tried at LINE, and what only LINE's console can set.

use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::response::{IntoResponse, Redirect, Response};
use musubi::domain::channel_values;
use musubi::domain::ids::LoginChannelId;
use musubi::flow::console::line_login::NoLogin;
use musubi::pages::Page;
use musubi::ports::secrets::Secret;

use crate::connect::shown_again;
use crate::pages::ended::Ended;
use crate::pages::line_login::{self, Mistake};
use crate::settings::{Fields, checked, find, refused, value};
use crate::visit::{Admin, Stopped};

/// `GET /console/channels/{channel}/login/setup`
pub async fn page(Admin(visit): Admin, id: Result<Path<String>, PathRejection>) -> Result<Page, Stopped> {
    let channel = find(&visit, id).await?;
    Ok(line_login::page(&visit, &channel, &Mistake::None, ""))
}

/// `POST /console/channels/{channel}/login/setup`
pub async fn set_up(
    Admin(visit): Admin,
    id: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let (channel, fields) = (find(&visit, id).await?, checked(&visit, form)?);
    let field = |name: &str| value(&fields, name).unwrap_or_default();
    let mistaken =
        |mistake: Mistake| Ok(refused(line_login::page(&visit, &channel, &mistake, shown_again(field("id")))));
    let (id, secret) = match channel_values::pair(field("id"), field("secret")) {
        Ok((id, secret)) => (LoginChannelId::new(id), Secret::new(secret)),
        Err(faults) => return mistaken(Mistake::Values(faults)),
    };
    let makes_liff = value(&fields, "liff") == Some("yes");
    match visit.ports.connect.set_up_login(&visit.operator, &channel, &id, &secret, makes_liff).await {
        Ok(()) => {
            let address = format!("/console/channels/{}/login/setup?saved=1", channel.id);
            Ok(Redirect::to(&address).into_response())
        }
        Err(NoLogin::Refused(refusal)) => mistaken(Mistake::Refused(refusal)),
        Err(NoLogin::Absent) => Err(visit.ends(Ended::NotFound)),
        Err(NoLogin::Port(error)) => Err(visit.failed(&error)),
    }
}
