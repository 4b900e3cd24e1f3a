//! An operator sends a picture: made ready for LINE here, put where phones can fetch it, and sent as any other message is.

use axum::extract::multipart::MultipartRejection;
use axum::extract::rejection::PathRejection;
use axum::extract::{Multipart, Path};
use axum::response::Response;
use bytes::Bytes;
use musubi::browser;
use musubi::flow::console::talks::{FromCrm, OpenTalk, Said};
use musubi::line::message;

use crate::pages::ended::Ended;
use crate::picture::{NoPicture, prepared};
use crate::talks::{back, one, refused_here};
use crate::visit::{SignedIn, Stopped};

/// What the form sends.
#[derive(Default)]
struct Form {
    token: Option<String>,
    name: Option<String>,
    picture: Bytes,
}

/// `POST /console/talks/{person}/picture`. A form that is sent twice is one message.
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
        return refused_here(&visit, &talk, NoPicture::TooLarge.words(visit.language)).await;
    };
    visit.checks(form.token.as_deref())?;
    let talk = one(&visit, &handle).await?;
    let name = form.name.filter(|name| browser::is_secret(name)).ok_or_else(|| visit.ends(Ended::NotOurForm))?;
    let picture = match prepared(&form.picture) {
        Ok(picture) => picture,
        Err(why) => return refused_here(&visit, &talk, why.words(visit.language)).await,
    };
    match addresses(&visit, &talk, &name, [picture.whole.into(), picture.preview.into()]).await? {
        Ok([whole, preview]) => say(&visit, &talk, &name, (&whole, &preview), pressed_at_ms).await,
        Err(why) => refused_here(&visit, &talk, why).await,
    }
}

async fn say(
    visit: &SignedIn,
    talk: &OpenTalk,
    name: &str,
    (whole, preview): (&str, &str),
    pressed_at_ms: i64,
) -> Result<Response, Stopped> {
    let message = match message::picture(whole, preview) {
        Ok(message) => message,
        Err(invalid) => return refused_here(visit, talk, &invalid.problem.in_words(visit.language)).await,
    };
    let person = (&talk.channel.id, &talk.state.user);
    let said = visit.ports.talks.say(&visit.operator, person, name, vec![message], pressed_at_ms).await;
    match said.map_err(|error| visit.failed(&error))? {
        Said::OnItsWay(id) => back(visit, talk, &format!("?sent={id}")),
        Said::Nobody => Err(visit.ends(Ended::NotFound)),
    }
}

/// Where phones fetch it and the small one; or why there is no such place.
async fn addresses(
    visit: &SignedIn,
    talk: &OpenTalk,
    name: &str,
    pictures: [Bytes; 2],
) -> Result<Result<[String; 2], &'static str>, Stopped> {
    let published = visit.ports.talks.publish_picture(&visit.operator, talk, name, pictures).await;
    Ok(match published.map_err(|error| visit.failed(&error))? {
        FromCrm::Said(Some(addresses)) => Ok(addresses),
        FromCrm::Said(None) => Err(visit.language.pick(
            "HubSpotがこの画像を受け付けませんでした。別の画像でお試しください。",
            "HubSpot did not take this picture. Try another one.",
        )),
        FromCrm::Disconnected => Err(visit.language.pick(
            "HubSpotでファイルの権限が許可されていないため、画像を送れません。管理者の方がHubSpotアカウントを接続し直すと、送れるようになります。",
            "HubSpot has not allowed files, so no picture can be sent. It can once an admin has connected the HubSpot account again.",
        )),
        FromCrm::Silent => Err(visit.language.pick(
            "HubSpotが応答しないため、画像を送っていません。しばらくしてからお試しください。",
            "HubSpot does not answer, so the picture was not sent. Try again in a while.",
        )),
    })
}

async fn read(visit: &SignedIn, form: Result<Multipart, MultipartRejection>) -> Result<Form, Stopped> {
    let not_ours = || visit.ends(Ended::NotOurForm);
    let (mut form, mut read) = (form.map_err(|_| not_ours())?, Form::default());
    while let Some(field) = form.next_field().await.map_err(|_| not_ours())? {
        match field.name() {
            Some("token") => read.token = field.text().await.ok(),
            Some("name") => read.name = field.text().await.ok(),
            Some("picture") => read.picture = field.bytes().await.map_err(|_| not_ours())?,
            _ => {}
        }
    }
    Ok(read)
}
