//! The CRM account is disconnected: what is lost is said before, a box to tick each, and after.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use musubi::domain::words::disconnecting::TAKEN;
use musubi::flow::console::disconnect_account::StaysConnected;
use musubi::pages::Page;

use crate::pages::disconnect_account::{self as pages, Mistake};
use crate::pages::ended::Ended;
use crate::settings::{Fields, checked, refused, value};
use crate::visit::{Admin, SignedIn, Stopped, no_cookie};

/// `GET /console/account/disconnect`
pub async fn ask(Admin(visit): Admin) -> Result<Page, Stopped> {
    shown(&visit, None).await
}

/// `POST /console/account/disconnect`
pub async fn disconnect(Admin(visit): Admin, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    if TAKEN.iter().any(|(name, _)| value(&fields, name).is_none()) {
        return Ok(refused(shown(&visit, Some(Mistake::NotTicked)).await?));
    }
    let keeps_app = value(&fields, "keep_app").is_some();
    let (key, operator) = (&visit.operator.account, &visit.operator);
    let mistake = match visit.ports.disconnect_account.disconnect(key, Some(operator), keeps_app).await {
        Ok(Some(done)) => {
            return Ok(([(SET_COOKIE, no_cookie())], pages::done(visit.language, key, done)).into_response());
        }
        Ok(None) => return Err(visit.ends(Ended::NotConnected)),
        Err(StaysConnected::NoAnswer) => Mistake::NoAnswer,
        Err(StaysConnected::SeesLess) => Mistake::SeesLess,
        // The page itself says which.
        Err(StaysConnected::Channels(_)) => Mistake::Channels,
        Err(StaysConnected::Port(error)) => return Err(visit.failed(&error)),
    };
    Ok(refused(shown(&visit, Some(mistake)).await?))
}

async fn shown(visit: &SignedIn, mistake: Option<Mistake>) -> Result<Page, Stopped> {
    let account = visit.account().await?;
    let channels = visit.ports.disconnect_account.connected_channels(&account.key).await;
    let channels = channels.map_err(|error| visit.failed(&error))?.len();
    Ok(pages::ask(visit, channels, mistake))
}
