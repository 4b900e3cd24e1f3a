//! What the CRM's card is told: the words of a talk, as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use musubi::domain::account::CrmAccount;
use musubi::domain::activity::{Activity, Media, Speaker};
use musubi::domain::channel::Channel;
use musubi::domain::file::MessageFile;
use musubi::domain::language::Language;
use musubi::domain::operator::Operator;
use musubi::domain::shown;
use musubi::domain::team_text::TeamText;
use musubi::flow::console::talks::OpenTalk;
use musubi::flow::person_state::PersonState;
use musubi::flow::read_talk::{OlderNote, OlderTalk};
use musubi::line::pictures;
use musubi::line::stickers::{self, Sticker};
use musubi::qr::Qr;
use serde_json::{Value, json};

use super::line::TalkLine;
use super::talk_file;

/// What is in no note yet, and how the person stands.
pub fn talk(talk: &OpenTalk, account: &CrmAccount, by: &Operator, language: Language, quota_out: bool) -> Value {
    let line = |said: &Activity| {
        let line = TalkLine::of(said, &talk.newest.said, account, language);
        let went = || line.went.as_ref().map(|(media, address)| went(*media, address, language));
        let file = talk_file::of(talk, said).map(|file| came(file, language)).or_else(went);
        json!({"who": who(line.speaker), "by": line.by, "at": line.at, "words": line.words, "picture": line.picture,
            "quotes": line.quotes, "file": file})
    };
    let saying = talk.newest.saying.iter().flat_map(|saying| {
        saying.said.iter().map(|said| {
            let mut line = line(said);
            line["send"] = json!(saying.id);
            line["unknown"] = json!(saying.is_unknown);
            line
        })
    });
    json!({
        "is": "open",
        "talk": talk.key().hash(),
        "channel": {"channel": talk.channel.id.as_str(), "name": talk.channel.name},
        "blocked": talk.state.follows == Some(false),
        "free_until_ms": talk.free_until_ms,
        "quota_out": quota_out,
        "entry": talk.newest.next_entry,
        "lines": talk.newest.said.iter().map(line).collect::<Vec<_>>(),
        "saying": saying.collect::<Vec<_>>(),
        "tend": tend(talk, by),
        "stickers": stickers::all(language).map(sticker).collect::<Vec<_>>(),
    })
}

/// Whether the talk waits, and whose it is.
fn tend(talk: &OpenTalk, by: &Operator) -> Value {
    let state = &talk.state;
    let assigned = state.assigned.as_ref();
    json!({
        "waits": state.unanswered_since_ms.is_some(),
        "wrote": state.has_written,
        "assigned": assigned.map(|name| shown::name(name.expose())),
        "mine": assigned == Some(&by.name),
        "has_talk": state.has_talk,
    })
}

/// What the team says again and again.
pub fn texts(texts: &[TeamText]) -> Value {
    texts.iter().map(|it| json!({"name": it.name, "words": it.words, "quick": it.quick_replies})).collect()
}

fn sticker(sticker: Sticker) -> Value {
    json!({"sticker": sticker.name, "title": sticker.title, "picture": pictures::of_sticker(&sticker.id)})
}

/// What older notes say, and beside each its files: a card that was uploaded before reads the notes alone.
pub fn older(older: &OlderTalk, language: Language) -> Value {
    let note = |note: &OlderNote| match note {
        OlderNote::Said { lines, files } => {
            (json!(lines), files.iter().map(|file| came(file, language)).collect::<Vec<_>>())
        }
        OlderNote::Unreadable => (Value::Null, Vec::new()),
    };
    let (notes, files): (Vec<_>, Vec<_>) = older.notes.iter().map(note).unzip();
    json!({"notes": notes, "files": files, "before": older.before})
}

/// A file that somebody sent: its name, by which it is asked for where the CRM has it, and the words of what opens it; or those of why
/// it is not there.
fn came(file: &MessageFile, language: Language) -> Value {
    let name = file.saved().map(|_| file.name().to_string());
    let words = talk_file::words(file, language);
    json!({"name": name, "picture": file.is_picture(), "address": null, "words": words})
}

/// What we sent has an address that anybody can open who has it.
fn went(media: Media, address: &str, language: Language) -> Value {
    let words = talk_file::open(media, language);
    json!({"name": null, "picture": media == Media::Image, "address": address, "words": words})
}

/// Nobody on LINE is linked to the contact: the ways in which they can be, and the QR code of the first that there is, for whoever stands before
/// the screen.
pub fn not_linked(channels: &[Channel], public_url: &str, line_app_url: &str) -> Value {
    let channel = |channel: &Channel| {
        let login = channel.login.is_some().then(|| format!("{public_url}/line/{}/login", channel.id));
        let add = format!("{line_app_url}/R/ti/p/{}", channel.basic_id);
        let qr = qr(login.as_deref().unwrap_or(&add));
        json!({"channel": channel.id.as_str(), "name": channel.name, "login": login, "add": add, "qr": qr})
    };
    json!({"is": "not_linked", "channels": channels.iter().map(channel).collect::<Vec<_>>()})
}

/// A picture that the card shows without asking anybody for it.
fn qr(address: &str) -> Option<String> {
    let code = Qr::of(address).ok()?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(code.png())))
}

/// On which Official Account?
pub fn choose(several: &[(Channel, PersonState)]) -> Value {
    let one = |(channel, state): &(Channel, PersonState)| json!({"channel": channel.id.as_str(), "name": channel.name, "waits": state.unanswered_since_ms.is_some()});
    json!({"is": "choose", "channels": several.iter().map(one).collect::<Vec<_>>()})
}

fn who(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Person => "person",
        Speaker::Operator => "operator",
        Speaker::Workflow => "automatic",
    }
}
