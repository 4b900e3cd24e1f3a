//! The people of an Official Account, taken out as files.

use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use musubi::domain::channel::Channel;
use musubi::domain::export::ExportFormat;
use musubi::flow::export::ExportError;
use musubi::pages::Page;
use musubi::store::journal::PeoplePart;

use crate::pages::ended::Ended;
use crate::pages::export::{self, Mistake};
use crate::settings::{checked, find, refused, value};
use crate::visit::{Admin, SignedIn, Stopped};

/// `GET /console/channels/{channel}/export`
pub async fn page(Admin(visit): Admin, id: Result<Path<String>, PathRejection>) -> Result<Page, Stopped> {
    let channel = find(&visit, id).await?;
    shown(&visit, &channel, None).await
}

/// `POST /console/channels/{channel}/export`: one part as a file. By a form, so that nobody else's page can have it made.
pub async fn write(
    Admin(visit): Admin,
    id: Result<Path<String>, PathRejection>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Stopped> {
    let (channel, fields) = (find(&visit, id).await?, checked(&visit, form)?);
    let number = |name| value(&fields, name).and_then(|text| text.parse().ok()).unwrap_or(0);
    let part = PeoplePart::new(number("part"), number("of")).ok_or_else(|| visit.ends(Ended::NotFound))?;
    let format = value(&fields, "format").and_then(ExportFormat::parse).ok_or_else(|| visit.ends(Ended::NotFound))?;
    let mistake = match visit.ports.export.write(&channel, &visit.operator, part, format).await {
        Ok(text) => return Ok(file(&channel, part, format, text)),
        Err(ExportError::TooMany) => Mistake::TooMany,
        Err(ExportError::Unreadable(rows)) => Mistake::Unreadable(rows),
        Err(ExportError::Port(error)) => return Err(visit.failed(&error)),
    };
    Ok(refused(shown(&visit, &channel, Some(mistake)).await?))
}

async fn shown(visit: &SignedIn, channel: &Channel, mistake: Option<Mistake>) -> Result<Page, Stopped> {
    let parts = visit.ports.export.parts(channel).await.map_err(|error| visit.failed(&error))?;
    Ok(export::page(visit, channel, parts, mistake))
}

fn file(channel: &Channel, part: PeoplePart, format: ExportFormat, text: String) -> Response {
    let place = match part.place() {
        (_, 1) => String::new(),
        (number, of) => format!("-{}-of-{of}", number + 1),
    };
    let name = format!("attachment; filename=\"musubi-people-{}{place}.{}\"", channel.id, format.as_str());
    let headers = [
        (CONTENT_TYPE, format.media_type()),
        (CONTENT_DISPOSITION, &name),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}
