//! The file store: uploads, looking a file up by its path, signed addresses, deletion for ever.
//!
//! Source: HubSpot's files guide (2026-03). A signed address leads to the fake itself.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};

use super::problem::Problem;
use super::state::{State, StoredFile, iso};
use crate::fake::wire::{Answer, ApiRequest};

/// Where public files are seen: by nobody, since it is no host.
const PUBLIC: &str = "https://files.hubspot.example/hubfs";
/// What an address of a private file begins with.
const SIGNED: &str = "signed-file";

/// `POST /files/{V}/files`: a form with `file`, `fileName`, `folderPath` (or `folderId`) and `options`, whose `access` is required.
pub(crate) fn upload(state: &mut State, portal_id: u64, asked: &ApiRequest) -> Result<Answer, Problem> {
    let mut form = form_of(asked).ok_or_else(|| Problem::validation("The upload is no multipart form"))?;
    let text = |form: &BTreeMap<String, Part>, name: &str| {
        form.get(name).and_then(|part| String::from_utf8(part.bytes.to_vec()).ok()).filter(|text| !text.is_empty())
    };
    let options: Value = text(&form, "options").and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
    let access = options["access"].as_str().unwrap_or_default().to_owned();
    if !["PUBLIC_INDEXABLE", "PUBLIC_NOT_INDEXABLE", "PRIVATE"].contains(&access.as_str()) {
        return Err(Problem::validation("options.access is required"));
    }
    let folder = text(&form, "folderPath").filter(|folder| folder.starts_with('/'));
    let folder = folder.ok_or_else(|| Problem::validation("folderPath or folderId is required"))?;
    let name = text(&form, "fileName");
    let file = form.remove("file").ok_or_else(|| Problem::validation("file is required"))?;
    let name = name.or(file.name).ok_or_else(|| Problem::validation("fileName is required"))?;
    if name.contains('/') || name.chars().any(char::is_control) {
        return Err(Problem::validation("fileName is not allowed"));
    }
    if state.portal(portal_id).spec.refused_words.iter().any(|word| name.contains(word)) {
        return Err(Problem::validation("The file is not allowed"));
    }
    let (id, at_ms) = (state.record_id(), state.now_ms());
    let stored = StoredFile { id, folder, name, access, content_type: file.content_type, bytes: file.bytes, at_ms };
    let body = json_of(&stored);
    state.portal(portal_id).files.insert(id, stored);
    Ok(Answer::json(201, &body))
}

/// `GET /files/{V}/files/stat/{path}`: the file or the folder that lies there.
pub(crate) fn stat(state: &mut State, portal_id: u64, asked: &ApiRequest) -> Result<Answer, Problem> {
    let segments = asked.segments();
    let decoded = |segment: &&str| percent_decoded(segment);
    let path: Vec<String> = segments.iter().skip(4).map(decoded).collect();
    let path = format!("/{}", path.join("/"));
    let mut files = state.portal(portal_id).files.values();
    let found = files.rfind(|file| format!("{}/{}", file.folder, file.name) == path);
    found.map(|file| Answer::json(200, &json!({"file": json_of(file)}))).ok_or_else(Problem::not_found)
}

/// `GET /files/{V}/files/{id}/signed-url`.
pub(crate) fn signed_url(state: &mut State, portal_id: u64, id: &str, asked: &ApiRequest) -> Result<Answer, Problem> {
    let seconds = asked.query_value("expirationSeconds").and_then(|seconds| seconds.parse::<i64>().ok());
    let expires_at_ms = state.now_ms() + seconds.unwrap_or(300) * 1_000;
    let secret = state.ids.uuid();
    let host = asked.header("host").unwrap_or("127.0.0.1").to_owned();
    let file = file(state, portal_id, id)?;
    let (file_id, name, size) = (file.id, file.name.clone(), file.bytes.len());
    state.signed_files.insert(secret.clone(), (portal_id, file_id, expires_at_ms));
    let body = json!({
        "url": format!("http://{host}/{SIGNED}/{secret}"), "expiresAt": iso(expires_at_ms), "name": name, "size": size,
        "extension": name.rsplit('.').next(), "type": "OTHER",
    });
    Ok(Answer::json(200, &body))
}

/// `DELETE /files/{V}/files/{id}/gdpr-delete`.
pub(crate) fn delete(state: &mut State, portal_id: u64, id: &str) -> Result<Answer, Problem> {
    let id = file(state, portal_id, id)?.id;
    state.portal(portal_id).files.remove(&id);
    Ok(Answer::empty(204))
}

/// A signed address, as long as it lives: nobody signs in for it.
pub(crate) fn download(state: &mut State, secret: &str) -> Answer {
    let now_ms = state.now_ms();
    let known = state.signed_files.get(secret).filter(|(_, _, expires_at_ms)| now_ms < *expires_at_ms).copied();
    let file = known.and_then(|(portal_id, id, _)| state.portal(portal_id).files.get(&id).cloned());
    match file {
        Some(file) => Answer::bytes(200, &file.content_type, file.bytes),
        None => Answer::empty(403),
    }
}

fn file<'a>(state: &'a mut State, portal_id: u64, id: &str) -> Result<&'a StoredFile, Problem> {
    let id: u64 = id.parse().map_err(|_| Problem::not_found())?;
    state.portal(portal_id).files.get(&id).ok_or_else(Problem::not_found)
}

fn json_of(file: &StoredFile) -> Value {
    let (stem, extension) = file.name.rsplit_once('.').unwrap_or((&file.name, ""));
    // Where HubSpot hosts files is an account's own; of a private one the address shows nothing.
    let url = format!("{PUBLIC}{}/{}", file.folder, file.name);
    json!({
        "id": file.id.to_string(), "url": url, "name": stem, "extension": extension, "access": file.access, "size": file.bytes.len(),
        "path": format!("{}/{}", file.folder, file.name), "createdAt": iso(file.at_ms), "updatedAt": iso(file.at_ms),
        "archived": false, "isUsableInContent": true, "parentFolderId": "1",
    })
}

struct Part {
    name: Option<String>,
    content_type: String,
    bytes: Bytes,
}

/// A `multipart/form-data` body (RFC 7578).
fn form_of(asked: &ApiRequest) -> Option<BTreeMap<String, Part>> {
    let kind = asked.header("content-type")?.strip_prefix("multipart/form-data;")?;
    let boundary = kind.split("boundary=").nth(1)?.trim_matches('"');
    let mark = format!("\r\n--{boundary}");
    // The first delimiter has no line break before it.
    let body = Bytes::from([b"\r\n", &asked.body[..]].concat());
    let mut starts = find_all(&body, mark.as_bytes()).into_iter().peekable();
    let mut form = BTreeMap::new();
    while let Some(start) = starts.next() {
        let Some(end) = starts.peek().copied() else { break };
        let part = body.slice(start + mark.len()..end);
        let head_ends = find_all(&part, b"\r\n\r\n").first().copied()?;
        let head = String::from_utf8(part[..head_ends].to_vec()).ok()?;
        let header = |name: &str| {
            head.lines().find_map(|line| line.split_once(':').filter(|(key, _)| key.eq_ignore_ascii_case(name)))
        };
        let disposition = header("content-disposition")?.1;
        let value = |name: &str| Some(disposition.split(&format!("; {name}=\"")).nth(1)?.split('"').next()?.to_owned());
        let content_type = header("content-type").map_or_else(String::new, |(_, kind)| kind.trim().to_owned());
        let bytes = part.slice(head_ends + 4..);
        form.insert(value("name")?, Part { name: value("filename"), content_type, bytes });
    }
    Some(form)
}

fn find_all(body: &[u8], mark: &[u8]) -> Vec<usize> {
    body.windows(mark.len()).enumerate().filter(|(_, window)| *window == mark).map(|(at, _)| at).collect()
}

fn percent_decoded(segment: &str) -> String {
    // A path has no pluses that mean spaces.
    let form = format!("x={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Whether a path is a signed address, and its secret.
pub(crate) fn secret_of<'a>(segments: &[&'a str]) -> Option<&'a str> {
    match segments {
        [SIGNED, secret] => Some(secret),
        _ => None,
    }
}
