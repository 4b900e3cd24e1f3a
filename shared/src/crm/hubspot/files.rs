//! HubSpot's file store.
//!
//! Source: HubSpot's files guide (2026-03): an upload is a form with `file`, `fileName`, `folderPath` and `options`, and needs the scope
//! `files`; `PRIVATE` files are seen by signed addresses alone; `stat` looks a file up by its path; `gdpr-delete` is for ever. That `stat`
//! sees a file as soon as it is written no guide says: where it does not, one whose upload ended in the unknown lies there twice.

use async_trait::async_trait;
use bytes::Bytes;
use futures::TryStreamExt;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::api::{Api, Call};
use super::batch::text;
use super::contacts::segment;
use super::{HubSpot, VERSION, app_events, notes};
use crate::domain::file::{FileKind, FilePlace};
use crate::domain::ids::{FileId, NoteId};
use crate::ports::CrmFiles;
use crate::ports::crm::{CrmFailure, Each};
use crate::ports::files::{FileBytes, MOST_PREVIEW_BYTES};

/// How long an address lives, in seconds: until a page that shows it has loaded.
const ADDRESS_LIVES_S: u32 = 300;

#[async_trait]
impl CrmFiles for HubSpot {
    async fn find_file(&self, place: &FilePlace) -> Each<Option<FileId>> {
        Ok(stat(&self.api, place).await?.and_then(|file| text(&file["id"])).map(FileId::new))
    }

    async fn save_file(&self, place: &FilePlace, kind: FileKind, bytes: FileBytes) -> Each<FileId> {
        let saved = upload(&self.api, place, kind, bytes, "PRIVATE").await?;
        text(&saved["id"]).map(FileId::new).ok_or(CrmFailure::Unknown)
    }

    /// Search engines are told not to look at it (`PUBLIC_NOT_INDEXABLE`).
    async fn publish_file(&self, place: &FilePlace, kind: FileKind, bytes: Bytes) -> Each<String> {
        let file = match stat(&self.api, place).await? {
            Some(file) => file,
            None => upload(&self.api, place, kind, FileBytes::whole(bytes), "PUBLIC_NOT_INDEXABLE").await?,
        };
        let address = file["url"].as_str().filter(|address| address.starts_with("https://"));
        address.map(str::to_owned).ok_or(CrmFailure::Unknown)
    }

    async fn attach_files(&self, note: &NoteId, files: &[FileId]) -> Each<()> {
        app_events::refuse(note)?;
        notes::attach(&self.api, note, files).await
    }

    async fn delete_file(&self, file: &FileId) -> Each<()> {
        let path = format!("/files/{VERSION}/files/{}/gdpr-delete", segment(file.as_str()));
        self.api.call(&Call::delete("files/gdpr-delete", path)).await.map(|_| ())
    }

    async fn file_address(&self, file: &FileId) -> Each<String> {
        signed_address(&self.api, file, "").await
    }

    async fn file_preview(&self, file: &FileId) -> Each<Bytes> {
        let address = signed_address(&self.api, file, "&size=medium").await?;
        self.api.fetch("files/preview", &address, MOST_PREVIEW_BYTES).await
    }
}

/// What lies there.
async fn stat(api: &Api, place: &FilePlace) -> Each<Option<Value>> {
    let path: Vec<String> = place.path().trim_start_matches('/').split('/').map(segment).collect();
    let call = Call::get("files/stat", format!("/files/{VERSION}/files/stat/{}", path.join("/")));
    match api.call(&call).await {
        Ok(mut stat) => Ok(Some(stat["file"].take()).filter(Value::is_object)),
        Err(CrmFailure::Gone) => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn upload(api: &Api, place: &FilePlace, kind: FileKind, bytes: FileBytes, access: &str) -> Each<Value> {
    let broken = |_| CrmFailure::Refused { code: "MEDIA_TYPE".to_owned() };
    let body = reqwest::Body::wrap_stream(bytes.chunks.map_err(Box::new));
    let part = match bytes.size_bytes {
        Some(size_bytes) => Part::stream_with_length(body, size_bytes),
        None => Part::stream(body),
    };
    let part = part.file_name(place.name.clone()).mime_str(kind.media_type()).map_err(broken)?;
    let form = Form::new()
        .text("fileName", place.name.clone())
        .text("folderPath", place.folder.clone())
        .text("options", json!({ "access": access }).to_string())
        .part("file", part);
    api.upload("files/upload", format!("/files/{VERSION}/files"), form).await
}

async fn signed_address(api: &Api, file: &FileId, size: &str) -> Each<String> {
    let id = segment(file.as_str());
    let path = format!("/files/{VERSION}/files/{id}/signed-url?expirationSeconds={ADDRESS_LIVES_S}{size}");
    let answer = api.call(&Call::get("files/signed-url", path)).await?;
    let address = answer["url"].as_str().filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    address.map(str::to_owned).ok_or(CrmFailure::Unknown)
}

/// The IDs as a note's property holds them.
pub(super) fn joined<'a>(files: impl IntoIterator<Item = &'a str>) -> Value {
    json!(files.into_iter().collect::<Vec<_>>().join(";"))
}
