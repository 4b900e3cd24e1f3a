//! People on LINE: looked for, linked, unlinked, erased.

use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Redirect, Response};
use musubi::browser;
use musubi::domain::claim::EmailAddress;
use musubi::domain::ids::{ChannelId, ContactId, LineUserId};
use musubi::flow::console::people::{ByEmail, Sought};
use musubi::pages::Page;
use musubi::ports::PortError;
use musubi::ports::secrets::Secret;

use crate::handle::Handle;
use crate::pages::ended::Ended;
use crate::pages::people::{self, Found, Mistake, Person};
use crate::settings::{Fields, checked, refused, value};
use crate::visit::{Admin, SignedIn, Stopped};

/// No contact ID is longer.
const MAX_CONTACT: usize = 64;

/// `GET /console/people`
pub async fn ask(visit: SignedIn) -> Result<Page, Stopped> {
    visit.account().await?;
    Ok(people::ask(&visit, None))
}

/// `POST /console/people`: on to whoever is meant, by a handle.
pub async fn search(visit: SignedIn, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    let typed = value(&fields, "who").unwrap_or_default().trim();
    let sought = if LineUserId::is_well_formed(typed) {
        Sought::User(LineUserId::new(typed))
    } else if let Some(address) = EmailAddress::parse(typed) {
        let found = visit.ports.people.by_email(&visit.operator, &address).await;
        match found.map_err(|error| visit.failed(&error))? {
            ByEmail::Contact(contact) => Sought::Contact(contact),
            ByEmail::Nobody => return Ok(refused(people::ask(&visit, Some(Mistake::NoSuchAddress)))),
            ByEmail::Disconnected => return Ok(refused(people::ask(&visit, Some(Mistake::Disconnected)))),
            ByEmail::Silent => return Ok(refused(people::ask(&visit, Some(Mistake::Silent)))),
        }
    } else if let Some(contact) = contact(typed) {
        Sought::Contact(contact)
    } else {
        return Ok(refused(people::ask(&visit, Some(Mistake::Neither))));
    };
    to(&visit, &Handle::of(&sought), "")
}

/// A contact ID, as far as one can tell: the CRM alone knows which there are.
fn contact(typed: &str) -> Option<ContactId> {
    let is_one = (1..=MAX_CONTACT).contains(&typed.len()) && typed.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| ContactId::new(typed))
}

fn to(visit: &SignedIn, handle: &Handle, query: &str) -> Result<Response, Stopped> {
    let handle = handle.sealed(visit).map_err(|error| visit.failed(&error))?;
    Ok(Redirect::to(&format!("/console/people/{handle}{query}")).into_response())
}

/// `GET /console/people/{handle}`
pub async fn page(visit: SignedIn, handle: Result<Path<String>, PathRejection>) -> Result<Page, Stopped> {
    let sought = sought(&visit, &handle)?;
    shown(&visit, &sought, None).await
}

fn sought(visit: &SignedIn, handle: &Result<Path<String>, PathRejection>) -> Result<Sought, Stopped> {
    let handle = handle.as_ref().ok().and_then(|Path(text)| Handle::unsealed(visit, text));
    match handle {
        Some(Handle::Contact(contact)) => Ok(Sought::Contact(ContactId::new(contact))),
        Some(Handle::User(user)) => Ok(Sought::User(LineUserId::new(user))),
        Some(Handle::Person(..)) | None => Err(visit.ends(Ended::NotFound)),
    }
}

async fn shown(visit: &SignedIn, sought: &Sought, mistake: Option<Mistake>) -> Result<Page, Stopped> {
    let account = visit.account().await?;
    let ports = &visit.ports;
    let channels = ports.people.seen(&visit.operator).await.map_err(|error| visit.failed(&error))?;
    let states = ports.people.look(&visit.operator, sought).await.map_err(|error| visit.failed(&error))?;
    let seal = |handle: Handle| handle.sealed(visit).map_err(|error| visit.failed(&error));
    let mut persons = Vec::new();
    for state in states {
        let handle = seal(Handle::Person(state.channel.to_string(), state.user.expose().to_owned()))?;
        let contact = state.link.as_ref().map(|link| Handle::Contact(link.contact.as_str().to_owned()));
        persons.push(Person { state, handle, contact: contact.map(seal).transpose()? });
    }
    let found = Found { sought: sought.clone(), persons, handle: seal(Handle::of(sought))? };
    Ok(people::page(visit, &account, &channels, &found, mistake))
}

/// Whom a form is about, by what it holds, and where it leads back to.
struct Meant {
    fields: Fields,
    channel: ChannelId,
    user: LineUserId,
    back: Sought,
}

fn meant(visit: &SignedIn, form: Result<Form<Fields>, FormRejection>) -> Result<Meant, Stopped> {
    let fields = checked(visit, form)?;
    let handle = |name: &str| value(&fields, name).and_then(|text| Handle::unsealed(visit, text));
    let Some(Handle::Person(channel, user)) = handle("person") else { return Err(visit.ends(Ended::NotFound)) };
    let back = match handle("back") {
        Some(Handle::Contact(contact)) => Sought::Contact(ContactId::new(contact)),
        _ => Sought::User(LineUserId::new(&user)),
    };
    Ok(Meant { channel: ChannelId::new(channel), user: LineUserId::new(user), fields, back })
}

/// `POST /console/people/link`: the person is this contact.
pub async fn link(visit: SignedIn, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let meant = meant(&visit, form)?;
    let Some(contact) = contact(value(&meant.fields, "contact").unwrap_or_default().trim()) else {
        return Ok(refused(shown(&visit, &meant.back, Some(Mistake::NoContact)).await?));
    };
    let done = visit.ports.people.link(&visit.operator, &meant.channel, &meant.user, &contact).await;
    answered_by(&visit, done, &meant.back)
}

/// `POST /console/people/new`: whoever is typed is the contact that was looked for, or the other way round.
pub async fn link_new(visit: SignedIn, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    let back = value(&fields, "back").and_then(|text| Handle::unsealed(&visit, text));
    let typed = value(&fields, "other").unwrap_or_default().trim();
    let channel = value(&fields, "channel").filter(|id| ChannelId::is_well_formed(id));
    let channel = ChannelId::new(channel.ok_or_else(|| visit.ends(Ended::NotFound))?);
    let (back, user, contact) = match back {
        Some(Handle::Contact(known)) => {
            let user = LineUserId::is_well_formed(typed).then(|| LineUserId::new(typed));
            (Sought::Contact(ContactId::new(&known)), user, Some(ContactId::new(known)))
        }
        Some(Handle::User(known)) => {
            (Sought::User(LineUserId::new(&known)), Some(LineUserId::new(known)), contact(typed))
        }
        _ => return Err(visit.ends(Ended::NotFound)),
    };
    let (Some(user), Some(contact)) = (user, contact) else {
        let mistake = if matches!(back, Sought::Contact(_)) { Mistake::NoUser } else { Mistake::NoContact };
        return Ok(refused(shown(&visit, &back, Some(mistake)).await?));
    };
    let done = visit.ports.people.link(&visit.operator, &channel, &user, &contact).await;
    answered_by(&visit, done, &back)
}

/// `POST /console/people/unlink`
pub async fn unlink(visit: SignedIn, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let meant = meant(&visit, form)?;
    let done = visit.ports.people.unlink(&visit.operator, &meant.channel, &meant.user).await;
    answered_by(&visit, done, &meant.back)
}

/// `POST /console/people/answered`
pub async fn answered(visit: SignedIn, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let meant = meant(&visit, form)?;
    let done = visit.ports.people.answered(&visit.operator, &meant.channel, &meant.user).await;
    answered_by(&visit, done, &meant.back)
}

fn answered_by(visit: &SignedIn, done: Result<bool, PortError>, back: &Sought) -> Result<Response, Stopped> {
    if !done.map_err(|error| visit.failed(&error))? {
        return Err(visit.ends(Ended::NotFound));
    }
    to(visit, &Handle::of(back), "?saved=1")
}

/// `POST /console/people/erase`: is it meant? Nothing is erased yet.
pub async fn ask_to_erase(Admin(visit): Admin, form: Result<Form<Fields>, FormRejection>) -> Result<Page, Stopped> {
    let meant = meant(&visit, form)?;
    let name = browser::random_secret().map_err(|error| visit.failed(&error))?;
    erasing(&visit, &meant, &name, false).await
}

async fn erasing(visit: &SignedIn, meant: &Meant, name: &Secret, is_unticked: bool) -> Result<Page, Stopped> {
    let channels = visit.ports.people.seen(&visit.operator).await.map_err(|error| visit.failed(&error))?;
    let channel = channels.into_iter().find(|channel| channel.id == meant.channel);
    let channel = channel.ok_or_else(|| visit.ends(Ended::NotFound))?;
    let field = |name: &str| value(&meant.fields, name).unwrap_or_default();
    Ok(people::ask_to_erase(visit, &channel, field("person"), field("back"), name, is_unticked))
}

/// `POST /console/people/erased`: it is meant, each loss of it.
pub async fn erase(Admin(visit): Admin, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let meant = meant(&visit, form)?;
    let name = value(&meant.fields, "name").filter(|name| browser::is_secret(name)).map(Secret::new);
    let name = name.ok_or_else(|| visit.ends(Ended::NotOurForm))?;
    if !people::LOSSES.iter().all(|loss| value(&meant.fields, loss) == Some("yes")) {
        return Ok(refused(erasing(&visit, &meant, &name, true).await?));
    }
    let done = visit.ports.people.erase(&visit.operator, &meant.channel, &meant.user, &name).await;
    if !done.map_err(|error| visit.failed(&error))? {
        return Err(visit.ends(Ended::NotFound));
    }
    Ok(Redirect::to(&format!("/console/receipts/{}", name.expose())).into_response())
}

/// `GET /console/receipts/{name}`
pub async fn receipt(Admin(visit): Admin, name: Result<Path<String>, PathRejection>) -> Result<Page, Stopped> {
    let name = receipt_name(&visit, name)?;
    let kept = visit.ports.people.receipt(&visit.operator, &name).await.map_err(|error| visit.failed(&error))?;
    let (channel, receipt) = kept.ok_or_else(|| visit.ends(Ended::NotFound))?;
    let account = visit.account().await?;
    Ok(people::receipt(&visit, &account, &channel, &receipt, &name))
}

/// `GET /console/receipts/{name}/file`: the same, to be kept.
pub async fn receipt_file(Admin(visit): Admin, name: Result<Path<String>, PathRejection>) -> Result<Response, Stopped> {
    let name = receipt_name(&visit, name)?;
    let kept = visit.ports.people.receipt(&visit.operator, &name).await.map_err(|error| visit.failed(&error))?;
    let (channel, receipt) = kept.ok_or_else(|| visit.ends(Ended::NotFound))?;
    let mut json = serde_json::to_value(&receipt).expect("numbers and IDs are JSON");
    json["channel_id"] = channel.as_str().into();
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_DISPOSITION, "attachment; filename=\"musubi-erased.json\""),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, json.to_string()).into_response())
}

fn receipt_name(visit: &SignedIn, name: Result<Path<String>, PathRejection>) -> Result<Secret, Stopped> {
    let name = name.ok().map(|Path(name)| name).filter(|name| browser::is_secret(name));
    name.map(Secret::new).ok_or_else(|| visit.ends(Ended::NotFound))
}
