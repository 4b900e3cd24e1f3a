//! Every webhook that LINE or its SDKs publish, and each shape the documents describe, is read as
//! what it is; every published signature is judged as published.

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::activity::Content;
use musubi::domain::channel::Channel;
use musubi::domain::ids::{BotUserId, ChannelId, CrmAccountId};
use musubi::domain::inbound::InboundWhat;
use musubi::line::LineEvent;
use musubi::line::signature::{Rejection, Verified, verify};
use musubi::line::webhook::{Part, events, split_by_event};
use musubi::ports::secrets::Secret;
use serde_json::Value;

/// Each file, and for each of its events where it happened and what it is.
const SAMPLES: &[(&str, &[&str])] = &[
    ("java-sdk/account_link.json", &["user: accountLink ok"]),
    ("java-sdk/beacon.json", &["user: beacon enter"]),
    ("java-sdk/beacon_with_dm.json", &["user: beacon enter"]),
    ("java-sdk/file.json", &["user: file 325708"]),
    ("java-sdk/follow.json", &["user: follow of one kind or another"]),
    ("java-sdk/image.json", &["user: image 325708"]),
    ("java-sdk/join.json", &["group: join"]),
    ("java-sdk/leave.json", &["group: leave"]),
    ("java-sdk/location.json", &["user: location 325708"]),
    ("java-sdk/member_joined.json", &["group: memberJoined"]),
    ("java-sdk/member_left.json", &["group: memberLeft"]),
    ("java-sdk/message-edited.json", &["group by a member: edited 325708"]),
    ("java-sdk/parser-callback-request.json", &["user: text 325708", "user: follow of one kind or another"]),
    ("java-sdk/postback.json", &["user: postback"]),
    ("java-sdk/sticker-keywords-array.json", &["user: sticker 325708 keywords=1"]),
    ("java-sdk/sticker-keywords-remove.json", &["user: sticker 325708"]),
    ("java-sdk/sticker-with-text.json", &["user: sticker 325708 keywords=3 text"]),
    ("java-sdk/sticker.json", &["user: sticker 325708 keywords=3"]),
    ("java-sdk/text-emojis.json", &["user: text 325708"]),
    ("java-sdk/text-group.json", &["group on standby: text 325708"]),
    ("java-sdk/text-mention.json", &["user: text 325708"]),
    ("java-sdk/text-user.json", &["user: text 325708"]),
    ("java-sdk/unfollow.json", &["user: unfollow"]),
    (
        "java-sdk/unknown.json",
        &["user: unsupported greatNewFeature", "channel: unsupported unknownunknownuknown 325708"],
    ),
    ("java-sdk/unsend.json", &["user: unsend 325708"]),
    ("java-sdk/video-play-complete.json", &["user: videoPlayComplete"]),
    ("java-sdk/video.json", &["user: video 325708"]),
    ("java-sdk/webhook-redelivery.json", &["user again: text 325708"]),
    (
        "python-sdk/webhook.json",
        &[
            "user: text 325708",
            "room: image 325708",
            "user: video 325708",
            "user: audio 325708",
            "user: location 325708",
            "user: sticker 325708 keywords=2 text",
            "user: follow after a block",
            "user: unfollow",
            "group: join",
            "group: leave",
            "user: postback 2017-12-25T01:00",
            "user: beacon enter",
            "user: beacon enter",
            "user: accountLink ok",
            "group by a member: text 325708",
            "room by a member: text 325708",
            "user: postback 2013-04-01",
            "user: postback 10:00",
            "user: postback 2013-04-01T10:00",
            "group: memberJoined",
            "group: memberLeft",
            "user: file 325708",
            "group by a member: unsend 325708",
            "user: videoPlayComplete",
            "user: image 354718705033693861",
            "user again: text 325708",
            "user: edited 325708",
            "user again: unsupported undefined",
        ],
    ),
    ("synthesized/00-empty-events.json", &[]),
    ("synthesized/01-text-user.json", &["user: text 560000000000000001"]),
    ("synthesized/03-text-mention-bot-isSelf-group.json", &["group by a member: text 560000000000000003"]),
    ("synthesized/04-text-mention-user-without-consent.json", &["group by a member: text 560000000000000004"]),
    (
        "synthesized/06-image-set-out-of-order.json",
        &["user: image 560000000000000006", "user: image 560000000000000007"],
    ),
    ("synthesized/07-image-external.json", &["user: image 560000000000000008"]),
    ("synthesized/09-audio.json", &["user: audio 560000000000000010"]),
    ("synthesized/10-file.json", &["user: file 560000000000000011"]),
    ("synthesized/12-sticker-message-type.json", &["user: sticker 560000000000000013 keywords=2 text"]),
    ("synthesized/13-sticker-unknown-resource-type.json", &["user: sticker 560000000000000014"]),
    ("synthesized/15-follow-unblocked.json", &["user: follow after a block"]),
    ("synthesized/16-follow-legacy-without-follow-object.json", &["user: follow of one kind or another"]),
    ("synthesized/18-join-group.json", &["group: join"]),
    ("synthesized/19-leave-group.json", &["group: leave"]),
    ("synthesized/21-member-left.json", &["group: memberLeft"]),
    ("synthesized/22-postback-plain.json", &["user: postback"]),
    ("synthesized/24-postback-richmenuswitch-success.json", &["user: postback tab-b"]),
    ("synthesized/25-postback-richmenuswitch-failed.json", &["user: postback RICHMENU_ALIAS_ID_NOTFOUND"]),
    (
        "synthesized/27-message-edited-out-of-order.json",
        &["group by a member: edited 560000000000000099", "group by a member: edited 560000000000000099"],
    ),
    ("synthesized/28-account-link-ok.json", &["user: accountLink ok"]),
    ("synthesized/30-video-play-complete.json", &["user: videoPlayComplete"]),
    ("synthesized/31-beacon-enter.json", &["user: beacon enter"]),
    ("synthesized/33-membership-renewed.json", &["user: membership renewed"]),
    ("synthesized/34-membership-left.json", &["user: membership left"]),
    ("synthesized/36-standby-message-no-replytoken.json", &["user on standby: text 560000000000000015"]),
    ("synthesized/37-standby-follow-no-replytoken.json", &["user on standby: follow"]),
    ("synthesized/38b-redelivered-same-ids.json", &["user again: text 560000000000000500"]),
    ("synthesized/39-batch-two-users.json", &["user: text 560000000000000016", "user: follow", "user: unfollow"]),
    ("synthesized/41-room-message.json", &["room by a member: text 560000000000000018"]),
    ("synthesized/42-unknown-event-type.json", &["user: unsupported someFutureEvent"]),
    ("synthesized/44-module-attached.json", &["channel: module attached"]),
    ("synthesized/45-module-detached.json", &["channel: module detached"]),
    ("synthesized/47-deactivated.json", &["user: deactivated"]),
    ("synthesized/48-bot-suspended.json", &["channel: botSuspended"]),
];

#[test]
fn every_sample_is_read_as_what_it_is() {
    for (file, expected) in SAMPLES {
        let read: Vec<String> = read_events(&sample(file)).iter().map(describe).collect();
        assert_eq!(read, *expected, "{file}");
    }
}

#[test]
fn no_sample_is_left_out() {
    let listed: Vec<PathBuf> = SAMPLES.iter().map(|(file, _)| folder().join(file)).collect();
    for sub in ["java-sdk", "python-sdk", "synthesized"] {
        for entry in fs::read_dir(folder().join(sub)).expect("samples") {
            let path = entry.expect("entry").path();
            let is_sample = path.extension().is_some_and(|extension| extension == "json");
            assert!(!is_sample || listed.contains(&path), "{}", path.display());
        }
    }
}

#[test]
fn the_parts_of_every_sample_are_the_events_of_the_whole() {
    for (file, expected) in SAMPLES {
        let body = sample(file);
        let parts = split_by_event(&body, None);
        assert_eq!(parts.len(), expected.len(), "{file}");
        let from_parts: Vec<LineEvent> = parts.iter().flat_map(read_part).collect();
        assert_eq!(from_parts, read_events(&body), "{file}");
    }
}

#[test]
fn events_that_share_an_unusable_id_stay_apart() {
    let mut ids: Vec<_> =
        read_events(&sample("python-sdk/webhook.json")).into_iter().map(|event| event.inbound.id).collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    // Its first and its second but last text differ in `deliveryContext` alone: a redelivery.
    assert_eq!(ids.len(), count - 1);
}

#[test]
fn the_words_arrive_as_they_were_written() {
    let text = |file: &str| match read_events(&sample(file)).remove(0).inbound.what {
        InboundWhat::Said { content: Content::Text { text }, .. } => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(text("synthesized/01-text-user.json"), "こんにちは\\ \"quote\" <b>&amp;</b>\n改行 😀🍎");
    let file = read_events(&sample("synthesized/10-file.json")).remove(0).inbound.what;
    let InboundWhat::Said { content: Content::Media { name, size_bytes, .. }, .. } = file else { panic!("a file") };
    assert_eq!((name.as_deref(), size_bytes), (Some("見積書.pdf"), Some(2138)));
    let image = read_events(&sample("synthesized/07-image-external.json")).remove(0).inbound.what;
    let InboundWhat::Said { content: Content::Media { url, .. }, .. } = image else { panic!("a picture") };
    assert_eq!(url.as_deref(), Some("https://example.com/original.jpg"));
}

#[test]
fn every_signature_vector_is_judged_as_published() {
    let vectors: Value = serde_json::from_slice(&sample("signature-vectors.json")).expect("vectors");
    let mut judged = 0;
    for group in ["published", "own", "synthesized"] {
        for vector in vectors[group].as_array().expect("a list") {
            let text = |name: &str| vector[name].as_str();
            let body = match text("file") {
                Some(file) => sample(file),
                None => text("body").expect("a body").as_bytes().to_vec(),
            };
            let (secret, signature) = (text("secret").expect("a secret"), text("signature").expect("a signature"));
            let verified = check(secret, signature, &body);
            let is_signed = !matches!(verified, Err(Rejection::Unauthorized));
            assert_eq!(is_signed, vector["valid"].as_bool().unwrap_or(true), "{vector}");
            if group == "synthesized" {
                let events = verified.expect("signed, and for its own channel").events();
                assert_eq!(events, read_events(&body).len(), "{vector}");
            }
            judged += 1;
        }
    }
    assert_eq!(judged, 39);
}

fn check(secret: &str, signature: &str, body: &[u8]) -> Result<Verified, Rejection> {
    let json: Value = serde_json::from_slice(body).expect("every vector's body is JSON");
    let channel = Channel::new(
        ChannelId::new("1234567890"),
        BotUserId::new(json["destination"].as_str().unwrap_or_default()),
        String::new(),
        String::new(),
        CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("1") },
    );
    verify(&channel, &[Secret::new(secret)], Some(signature.as_bytes()), Bytes::copy_from_slice(body))
}

fn describe(event: &LineEvent) -> String {
    let member = if event.member.is_some() { " by a member" } else { "" };
    let standby = if event.standby { " on standby" } else { "" };
    let again = if event.redelivery { " again" } else { "" };
    let what = match &event.inbound.what {
        InboundWhat::Said { content, message } => {
            let id = message.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
            match content {
                Content::Follow { unblocked: Some(true) } => "follow after a block".to_owned(),
                Content::Follow { unblocked: None } => "follow of one kind or another".to_owned(),
                Content::Other { what } => what.to_string(),
                Content::Unsupported { what } => format!("unsupported {what}{id}"),
                Content::Postback { params: Some(params), .. } => format!("postback {params}"),
                Content::Sticker { keywords, text, .. } => {
                    let words =
                        if keywords.is_empty() { String::new() } else { format!(" keywords={}", keywords.len()) };
                    format!("sticker{id}{words}{}", if text.is_some() { " text" } else { "" })
                }
                content => format!("{}{id}", content.kind()),
            }
        }
        InboundWhat::Unsent { message } => format!("unsend {message}"),
    };
    format!("{}{member}{standby}{again}: {what}", event.inbound.source.kind())
}

fn read_events(body: &[u8]) -> Vec<LineEvent> {
    read_part(&Part { body: body.to_vec(), place: None })
}

fn read_part(part: &Part) -> Vec<LineEvent> {
    let read = events(&part.body, part.place.as_ref()).expect("a webhook");
    read.into_iter().map(|event| event.expect("a readable event")).collect()
}

fn sample(file: &str) -> Vec<u8> {
    let path = folder().join(file);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/line")
}
