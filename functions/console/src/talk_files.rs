//! What people sent in a talk. The CRM keeps it, and shows it to nobody without an address that lives for minutes.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use musubi::domain::file::{FileKind, FileName};
use musubi::domain::ids::FileId;
use musubi::flow::console::talks::FromCrm;

use crate::pages::ended::Ended;
use crate::talks;
use crate::visit::{SignedIn, Stopped, Watching};

/// A talk, and a file of it.
type OfTalk = Result<Path<(String, String)>, PathRejection>;

/// `GET /console/talks/{person}/files/{file}`: to where the CRM gives it out.
pub async fn file(visit: SignedIn, path: OfTalk) -> Result<Response, Stopped> {
    let file = named(&visit, path).await?;
    let address = visit.ports.talks.file_address(&visit.operator, &file).await.map_err(|error| visit.failed(&error))?;
    let address = there(&visit, address)?;
    Ok((StatusCode::FOUND, [(LOCATION, &*address), (CACHE_CONTROL, "no-store")]).into_response())
}

/// `GET /console/talks/{person}/files/{file}/preview`: a picture, for the page. What its bytes say it is, it is, and nothing else is given
/// out. A page that brings what is new by itself loads it: nobody stays signed in by that.
pub async fn preview(Watching(visit): Watching, path: OfTalk) -> Result<Response, Stopped> {
    let file = named(&visit, path).await?;
    let bytes = visit.ports.talks.file_preview(&visit.operator, &file).await.map_err(|error| visit.failed(&error))?;
    let bytes = there(&visit, bytes)?;
    let kind = FileKind::sniffed(&bytes);
    if !kind.is_picture() {
        return Err(visit.ends(Ended::NotFound));
    }
    let headers = [
        (CONTENT_TYPE, kind.media_type()),
        (CACHE_CONTROL, "private, max-age=600"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, bytes).into_response())
}

async fn named(visit: &SignedIn, path: OfTalk) -> Result<FileId, Stopped> {
    let not_found = || visit.ends(Ended::NotFound);
    let Path((person, file)) = path.map_err(|_| not_found())?;
    let name = FileName::parse(&file).ok_or_else(not_found)?;
    let talk = talks::one(visit, &Ok(Path(person))).await?;
    let file = visit.ports.talks.file(&talk, &name).await.map_err(|error| visit.failed(&error))?;
    file.ok_or_else(not_found)
}

fn there<T>(visit: &SignedIn, answer: FromCrm<Option<T>>) -> Result<T, Stopped> {
    match answer {
        FromCrm::Said(Some(it)) => Ok(it),
        FromCrm::Said(None) => Err(visit.ends(Ended::NotFound)),
        FromCrm::Disconnected => Err(visit.ends(Ended::NotConnected)),
        FromCrm::Silent => Err(visit.ends(Ended::Unavailable)),
    }
}
