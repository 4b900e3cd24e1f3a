//! Small files of each kind, and a machine of this computer where they lie.

use std::collections::HashMap;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;

pub const HEIC: &[u8] = b"\0\0\0\x20ftypheic\0\0\0\0mif1heic";

fn boxed(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
    let whole = u32::try_from(inside.len() + 8).expect("short").to_be_bytes();
    [&whole[..], kind, inside].concat()
}

fn track(handler: &[u8; 4], width: u32, height: u32) -> Vec<u8> {
    let one = 0x1_0000_u32.to_be_bytes();
    let matrix = [&one[..], &[0; 12], &one, &[0; 16]].concat();
    let sides = [(width << 16).to_be_bytes(), (height << 16).to_be_bytes()].concat();
    let head = boxed(b"tkhd", &[&[0; 40][..], &matrix, &sides].concat());
    boxed(b"trak", &[head, boxed(b"mdia", &boxed(b"hdlr", &[&[0; 8][..], handler, &[0; 12]].concat()))].concat())
}

fn mp4(brand: &[u8; 4], tracks: &[Vec<u8>]) -> Vec<u8> {
    let times = [1_000_u32.to_be_bytes(), 1_500_u32.to_be_bytes()].concat();
    let head = boxed(b"mvhd", &[&[0; 12][..], &times, &[0; 80]].concat());
    let kind = boxed(b"ftyp", &[&brand[..], &[0; 4]].concat());
    [kind, boxed(b"moov", &[head, tracks.concat()].concat()), boxed(b"mdat", &[7; 64])].concat()
}

/// A film of 1,280 by 720 pixels.
pub fn film() -> Vec<u8> {
    mp4(b"isom", &[track(b"vide", 1_280, 720), track(b"soun", 0, 0)])
}

/// A sound of a second and a half.
pub fn sound() -> Vec<u8> {
    mp4(b"M4A ", &[track(b"soun", 0, 0)])
}

/// A hundred frames of an MP3: two seconds and 612 milliseconds.
pub fn mp3() -> Vec<u8> {
    [&[0xFF, 0xFB, 0x90, 0x00][..], &[0; 413]].concat().repeat(100)
}

/// A machine of this computer where files lie; its address.
pub async fn machine(files: HashMap<&'static str, Vec<u8>>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let router = Router::new().route("/{name}", get(lies)).with_state(files);
    tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
    address
}

async fn lies(State(files): State<HashMap<&'static str, Vec<u8>>>, Path(name): Path<String>) -> Response {
    match (&*name, files.get(&*name)) {
        ("moved.png", _) => (StatusCode::FOUND, [(LOCATION, "/a.png")]).into_response(),
        // Whatever it says that it is.
        (_, Some(file)) => ([("content-type", "image/png")], Bytes::from(file.clone())).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
