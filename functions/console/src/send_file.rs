//! An operator sends a picture, a film, a sound or another file: made ready for LINE here, put where phones can fetch it, and sent as any other
//! message is. The page hands the file in or names where it lies, the CRM's card names where it lies: from then on it is one way.

use axum::extract::multipart::MultipartRejection;
use axum::extract::rejection::PathRejection;
use axum::extract::{Multipart, Path};
use axum::response::Response;
use bytes::Bytes;
use musubi::browser;
use musubi::domain::file::FileKind;
use musubi::domain::language::Language;
use musubi::domain::operator::Operator;
use musubi::domain::push::{OutgoingMessage, PushId};
use musubi::domain::shown;
use musubi::flow::console::talks::{FromCrm, OpenTalk, Said, SentPart, Talks};
use musubi::line::message::{self, InvalidMessage};
use musubi::ports::PortError;
use musubi::ports::endpoints::{FetchAnswer, ForbiddenAddress};

use crate::Ports;
use crate::outgoing::{MOST_FETCHED_BYTES, MOST_FORM_BYTES, NoFile, Outgoing, outgoing};
use crate::pages::ended::Ended;
use crate::talks::{back, one, refused_here};
use crate::visit::{SignedIn, Stopped};

/// All of it is done within this, in milliseconds: the API and the function have 29 seconds (template.yaml).
const WITHIN_MS: i64 = 25_000;
/// The longest name of a file that stands in a message, in characters.
const NAME_CHARS: usize = 80;

/// What the form sends.
#[derive(Default)]
struct Form {
    token: Option<String>,
    name: Option<String>,
    address: Option<String>,
    file: Bytes,
    called: Option<String>,
}

/// `POST /console/talks/{person}/file`. A form that is sent twice is one message.
pub async fn send(
    visit: SignedIn,
    handle: Result<Path<String>, PathRejection>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Stopped> {
    let pressed_at_ms = visit.ports.console.clock.now_ms();
    let form = read(&visit, form).await;
    let Ok(form) = form else {
        // What was too large was not read, and with it goes the form's token: nothing is done but to say so.
        let talk = one(&visit, &handle).await?;
        let why = NoFile::TooLarge { most_bytes: MOST_FORM_BYTES };
        return refused_here(&visit, &talk, &why.words(visit.language)).await;
    };
    visit.checks(form.token.as_deref())?;
    let talk = one(&visit, &handle).await?;
    let name = form.name.filter(|name| browser::is_secret(name)).ok_or_else(|| visit.ends(Ended::NotOurForm))?;
    let sending = Sending { by: &visit.operator, talk: &talk, name: &name, language: visit.language, pressed_at_ms };
    let address = form.address.as_deref().map(str::trim).filter(|address| !address.is_empty());
    let sent = match address {
        Some(address) if form.file.is_empty() => sending.file_at(&visit.ports, address, None).await,
        _ => sending.file(&visit.ports, form.file, form.called.as_deref()).await,
    };
    match sent.map_err(|error| visit.failed(&error))? {
        Sent::OnItsWay(id) => back(&visit, &talk, &format!("?sent={id}")),
        Sent::Refused(why) => refused_here(&visit, &talk, &why).await,
        Sent::Nobody => Err(visit.ends(Ended::NotFound)),
    }
}

async fn read(visit: &SignedIn, form: Result<Multipart, MultipartRejection>) -> Result<Form, Stopped> {
    let not_ours = || visit.ends(Ended::NotOurForm);
    let (mut form, mut read) = (form.map_err(|_| not_ours())?, Form::default());
    while let Some(field) = form.next_field().await.map_err(|_| not_ours())? {
        match field.name() {
            Some("token") => read.token = field.text().await.ok(),
            Some("name") => read.name = field.text().await.ok(),
            Some("address") => read.address = field.text().await.ok(),
            Some("file") => {
                read.called = field.file_name().map(str::to_owned);
                read.file = field.bytes().await.map_err(|_| not_ours())?;
            }
            _ => {}
        }
    }
    Ok(read)
}

/// What became of it.
pub enum Sent {
    /// It is on its way, under this name.
    OnItsWay(PushId),
    /// It is not sent, for this reason, in words.
    Refused(String),
    /// The operator does not see the Official Account any more, or it does not know the person.
    Nobody,
}

/// Who sends a file to whom.
pub struct Sending<'a> {
    /// Who.
    pub by: &'a Operator,
    /// In which talk.
    pub talk: &'a OpenTalk,
    /// Names it in the talk: twice is one message.
    pub name: &'a str,
    /// In which language they read.
    pub language: Language,
    /// When they pressed the button, in milliseconds.
    pub pressed_at_ms: i64,
}

impl Sending<'_> {
    /// Sends what lies at an address of the public internet. `called`: its name, where it is not the address's own.
    ///
    /// # Errors
    /// A table or the queue does not answer: to be asked again by the same name.
    pub async fn file_at(&self, ports: &Ports, address: &str, called: Option<&str>) -> Result<Sent, PortError> {
        // A request that comes again finds what it was about, whatever has become of the address since.
        let id = Talks::id_of(self.by, &self.talk.key(), self.name);
        if ports.talks.is_taken_up(id).await? {
            return Ok(Sent::OnItsWay(id));
        }
        match ports.outside.fetch(address, MOST_FETCHED_BYTES).await {
            FetchAnswer::Here(bytes) => self.file(ports, bytes, called_there(called, address).as_deref()).await,
            answer => Ok(Sent::Refused(why_not(&answer, self.language))),
        }
    }

    /// Sends a file. `called`: its name.
    ///
    /// # Errors
    /// As [`file_at`](Self::file_at).
    pub async fn file(&self, ports: &Ports, file: Bytes, called: Option<&str>) -> Result<Sent, PortError> {
        let outgoing = match outgoing(&file, called) {
            Ok(outgoing) => outgoing,
            Err(why) => return Ok(Sent::Refused(why.words(self.language))),
        };
        let until_ms = self.pressed_at_ms + WITHIN_MS;
        let parts = parts(&outgoing, file);
        let published = ports.talks.publish(self.by, self.talk, self.name, parts, until_ms).await?;
        let addresses = match published {
            FromCrm::Said(Some(addresses)) => addresses,
            not => return Ok(Sent::Refused(not_published(&not, self.language).to_owned())),
        };
        let message = match message_of(&outgoing, &addresses, called) {
            Ok(message) => message::as_operators(message, &self.talk.channel.settings),
            Err(invalid) => return Ok(Sent::Refused(invalid.problem.in_words(self.language))),
        };
        let person = (&self.talk.channel.id, &self.talk.state.user);
        Ok(match ports.talks.say(self.by, person, self.name, vec![message], self.pressed_at_ms).await? {
            Said::OnItsWay(id) => Sent::OnItsWay(id),
            Said::Nobody => Sent::Nobody,
        })
    }
}

/// What is put where phones fetch it, in the order of the message's addresses.
fn parts(outgoing: &Outgoing, file: Bytes) -> Vec<SentPart> {
    let part = |name: &str, kind, bytes| SentPart { name: name.to_owned(), kind, bytes };
    let jpeg = |name, bytes: &[u8]| part(name, FileKind::Jpeg, Bytes::copy_from_slice(bytes));
    match outgoing {
        Outgoing::Picture(picture) => vec![jpeg("picture.jpg", &picture.whole), jpeg("preview.jpg", &picture.preview)],
        Outgoing::Film { preview } => vec![part("film.mp4", FileKind::Mp4, file), jpeg("preview.jpg", preview)],
        Outgoing::Sound { kind: FileKind::Mp3, .. } => vec![part("sound.mp3", FileKind::Mp3, file)],
        Outgoing::Sound { kind, .. } => vec![part("sound.m4a", *kind, file)],
        Outgoing::Link { kind, extension } => vec![part(&format!("file.{extension}"), *kind, file)],
    }
}

fn message_of(
    outgoing: &Outgoing,
    addresses: &[String],
    called: Option<&str>,
) -> Result<OutgoingMessage, InvalidMessage> {
    let address = |number: usize| addresses.get(number).map_or("", String::as_str);
    match outgoing {
        Outgoing::Picture(_) => message::picture(address(0), address(1)),
        Outgoing::Film { .. } => message::film(address(0), address(1)),
        Outgoing::Sound { duration_ms, .. } => message::sound(address(0), *duration_ms),
        Outgoing::Link { .. } => {
            let called: String = shown::name(called.unwrap_or_default()).trim().chars().take(NAME_CHARS).collect();
            let words = format!("{}\n{}", called.replace(char::is_control, " "), address(0));
            message::typed("file", words.trim())
        }
    }
}

/// What a file at an address is called: as somebody says, with the end of the address where that is not in the name, or as the address ends.
/// HubSpot does not say whether the name of an upload has an end.
fn called_there(called: Option<&str>, address: &str) -> Option<String> {
    let there = last_part(address);
    let Some(called) = called.filter(|called| !called.is_empty()) else { return there };
    match there.as_deref().and_then(|there| there.rsplit_once('.')) {
        Some((_, end)) if !called.to_lowercase().ends_with(&format!(".{}", end.to_lowercase())) => {
            Some(format!("{called}.{end}"))
        }
        _ => Some(called.to_owned()),
    }
}

/// The last part of an address's path.
fn last_part(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let last = url.path_segments()?.next_back().filter(|last| !last.is_empty())?;
    let decoded =
        url::form_urlencoded::parse(format!("x={}", last.replace('+', "%2B")).as_bytes()).next()?.1.into_owned();
    Some(decoded)
}

fn not_published<T>(not: &FromCrm<T>, language: Language) -> &'static str {
    match not {
        FromCrm::Said(_) => language.pick(
            "HubSpotがこのファイルを受け付けませんでした。別のファイルでお試しください。",
            "HubSpot did not take this file. Try another one.",
        ),
        FromCrm::Disconnected => language.pick(
            "HubSpotでファイルの権限が許可されていないため、送れません。管理者の方がHubSpotアカウントを接続し直すと、送れるようになります。",
            "HubSpot has not allowed files, so nothing can be sent. It can once an admin has connected the HubSpot account again.",
        ),
        FromCrm::Silent => language.pick(
            "HubSpotが応答しないため、送信していません。しばらくしてからお試しください。",
            "HubSpot does not answer, so it was not sent. Try again in a while.",
        ),
    }
}

/// Why there is nothing to be sent from an address.
fn why_not(answer: &FetchAnswer, language: Language) -> String {
    match answer {
        FetchAnswer::Here(_) | FetchAnswer::TooLarge => {
            return NoFile::TooLarge { most_bytes: MOST_FETCHED_BYTES }.words(language);
        }
        FetchAnswer::Forbidden(ForbiddenAddress::NotHttps) => language.pick(
            "アドレスは、https://で始まるものを入力してください。",
            "Enter an address that begins with https://.",
        ),
        FetchAnswer::Forbidden(ForbiddenAddress::NotPublic) => language.pick(
            "このアドレスは、インターネットに公開されていないため、読み込めません。",
            "This address is not on the public internet, so it is not read.",
        ),
        FetchAnswer::Refused { status: 300..=399 } => language.pick(
            "このアドレスは別のアドレスに転送されます。転送先の、ファイルそのもののアドレスを入力してください。",
            "This address leads to another one. Enter that one: the file's own.",
        ),
        FetchAnswer::Refused { status } => {
            return match language {
                Language::Japanese => format!("このアドレスからファイルを読み込めませんでした（HTTP {status}）。誰でも開けるアドレスか確認してください。"),
                Language::English => format!("The file could not be read from this address (HTTP {status}). See that anybody can open it."),
            };
        }
        FetchAnswer::NoAnswer => language.pick(
            "このアドレスから応答がありません。アドレスを確認してください。",
            "Nobody answers at this address. Check it.",
        ),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_why_an_address_gives_nothing_is_said_in_both_languages() {
        for answer in [
            FetchAnswer::TooLarge,
            FetchAnswer::Refused { status: 302 },
            FetchAnswer::Refused { status: 404 },
            FetchAnswer::NoAnswer,
            FetchAnswer::Forbidden(ForbiddenAddress::NotHttps),
            FetchAnswer::Forbidden(ForbiddenAddress::NotPublic),
        ] {
            let (japanese, english) = (why_not(&answer, Language::Japanese), why_not(&answer, Language::English));
            assert!(!japanese.is_ascii() && english.is_ascii(), "{answer:?}");
        }
    }

    #[test]
    fn a_file_at_an_address_is_called_as_its_path_ends() {
        for (address, called) in [
            ("https://a.example/b/%E8%A6%8B%E7%A9%8D.pdf?x=1#y", Some("見積.pdf")),
            ("https://a.example/a+b.pdf", Some("a+b.pdf")),
            ("https://a.example/", None),
            ("https://a.example", None),
            ("a", None),
        ] {
            assert_eq!(called_there(None, address).as_deref(), called, "{address}");
        }
        for (called, address, whole) in [
            ("見積", "https://a.example/1.docx", "見積.docx"),
            ("見積.DOCX", "https://a.example/1.docx", "見積.DOCX"),
            ("見積.docx", "https://a.example/1", "見積.docx"),
            ("", "https://a.example/1.docx", "1.docx"),
        ] {
            assert_eq!(called_there(Some(called), address).as_deref(), Some(whole));
        }
    }
}
