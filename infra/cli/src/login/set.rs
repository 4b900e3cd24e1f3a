//! `login set`: look at what was pasted, try it at LINE, and only then store.

use std::sync::Arc;

use musubi::domain::channel::Channel;
use musubi::domain::channel_values::LoginRefusal;
use musubi::domain::ids::{ChannelId, LiffId, LoginChannelId};
use musubi::domain::language::Language;
use musubi::domain::login::LoginSettings;
use musubi::domain::settings::LOGIN;
use musubi::domain::words::channel_values::login_refused;
use musubi::flow::configure::{
    EnteredSecret, LiffAsked, ProvenLogin, SetUpLogin, SetUpLoginError, TryLogin, TryLoginError,
};
use musubi::ports::PortError;
use musubi::ports::console::LiffApp;
use musubi::ports::secrets::Secret;
use serde_json::json;

use super::addresses;
use super::{lines, steps, to_json};
use crate::args::LoginSet;
use crate::ask::Ask;
use crate::channel::input;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::settings;
use crate::workspace::{Workspace, no_channel, unchanged};

/// Sets up LINE Login or changes it.
///
/// # Errors
/// See [`Failure`]. What does not work at LINE is never stored; running it again goes on from there.
pub async fn set(workspace: &Workspace, ask: &mut Ask, say: &Say, asked: &LoginSet) -> Result<Report, Failure> {
    if asked.login_channel_id.is_none() && asked.liff_id.is_none() && !asked.make_liff && asked.settings.is_empty() {
        return Err(Failure::usage(
            "--login-channel-id、--liff-id、--make-liff、または KEY=VALUE を指定してください。musubi login set --help で一覧を確認できます。",
            "Give --login-channel-id, --liff-id, --make-liff or KEY=VALUE. See musubi login set --help.",
        ));
    }
    let channel = workspace.channel(&asked.channel).await?;
    let id = asked.login_channel_id.as_deref().map(|text| login_channel_id(text, &channel.id)).transpose()?;
    let wanted = changed(&channel, id.as_ref(), asked)?;
    let secrets = workspace.adapters.secrets()?;
    let stored = secrets.line_anew(&channel.id).await?.secrets.ok_or_else(no_secrets)?;
    let entered = match id {
        Some(id) => {
            not_a_messaging_channel(workspace, &id).await?;
            let secret = login_secret(ask, say)?;
            let trial = TryLogin {
                line: workspace.line_consoles()?,
                secrets: Arc::clone(&secrets),
                channels: workspace.channels()?,
            };
            trial.try_at_line(&channel, &id, &secret).await.map_err(not_tried)?;
            let secret = EnteredSecret { secret, forget_old: asked.forget_old_secret };
            Some(ProvenLogin { id, secret })
        }
        None => None,
    };
    let addresses = addresses::of(workspace, &channel)?;
    let secret = entered.as_ref().map(|entered| &entered.secret.secret).or(stored.login_secrets.first());
    let console = match secret {
        Some(secret) => Some(workspace.line_consoles()?.login(&wanted.channel, secret)),
        None => None,
    };
    let liff = match asked.make_liff {
        true => Some(LiffAsked {
            console: console.ok_or_else(no_secrets)?,
            app: LiffApp {
                url: addresses.liff_endpoint(),
                email: wanted.ask_email,
                friend_prompt: wanted.friend_prompt,
            },
        }),
        false => None,
    };
    // The row, from what it is by now.
    let change = |channel: &mut Channel, liff: Option<&LiffId>| {
        let login = changed(channel, entered.as_ref().map(|entered| &entered.id), asked)?;
        let liff = liff.cloned().or_else(|| login.liff.clone());
        channel.login = Some(LoginSettings { liff, ..login });
        Ok(())
    };
    let set_up = SetUpLogin { secrets, channels: workspace.change_channel()? };
    let channel = set_up.set_up(&channel, liff.as_ref(), entered.as_ref(), change).await.map_err(not_set)?;
    report(workspace, say, &channel)
}

fn report(workspace: &Workspace, say: &Say, channel: &Channel) -> Result<Report, Failure> {
    let (login, addresses) = (super::of(channel)?, addresses::of(workspace, channel)?);
    let cautions = steps::cautions(login, say.language);
    let by_hand = steps::by_hand(login, &addresses, say.language);
    let head = say.pick("設定しました。1分以内に反映されます。", "Set; it takes effect within a minute.");
    let mut json = to_json(channel, login, &addresses);
    json["cautions"] = json!(cautions);
    json["by_hand"] = json!(by_hand);
    let mut text = format!("{head}\n{}", lines(login, &addresses, say));
    for caution in cautions {
        text = format!("{text}\n- {caution}");
    }
    Ok(Report::new(json, format!("{text}\n\n{by_hand}")))
}

/// What the settings become.
fn changed(channel: &Channel, id: Option<&LoginChannelId>, asked: &LoginSet) -> Result<LoginSettings, Failure> {
    let mut login = match (&channel.login, id) {
        (Some(login), None) => login.clone(),
        (Some(login), Some(id)) => login.clone().at(id.clone()),
        (None, Some(id)) => LoginSettings::new(id.clone()),
        (None, None) => return super::of(channel).cloned(),
    };
    if let Some(liff) = &asked.liff_id {
        login.liff = Some(liff_id(liff, &login.channel)?);
    }
    settings::change(&LOGIN, &mut login, &asked.settings, "login set")?;
    Ok(login)
}

/// The LINE Login channel's ID.
fn login_channel_id(text: &str, channel: &ChannelId) -> Result<LoginChannelId, Failure> {
    let id = input::channel_id(text)?;
    if id == *channel {
        return Err(refused(LoginRefusal::SameId));
    }
    Ok(LoginChannelId::new(id.as_str()))
}

/// Another Official Account's Messaging API channel is no LINE Login channel either.
async fn not_a_messaging_channel(workspace: &Workspace, id: &LoginChannelId) -> Result<(), Failure> {
    match workspace.channels()?.find(&ChannelId::new(id.as_str())).await? {
        None => Ok(()),
        Some(_) => Err(refused(LoginRefusal::IsMessagingApi)),
    }
}

/// LINE's LIFF IDs are the channel's ID, a hyphen and some letters and digits, in every example that LINE gives.
fn liff_id(text: &str, channel: &LoginChannelId) -> Result<LiffId, Failure> {
    let text = text.trim();
    let bare = text.strip_prefix("https://liff.line.me/").unwrap_or(text);
    let letters = |rest: &str| (1..=40).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    match bare.split_once('-') {
        Some((prefix, rest)) if prefix == channel.as_str() && letters(rest) => Ok(LiffId::new(bare)),
        Some((prefix, rest)) if ChannelId::is_well_formed(prefix) && letters(rest) => Err(Failure::usage(
            "このLIFF IDは別のチャネルのものです。LIFF IDは、LINEログインのチャネルIDで始まります。［LIFF］タブからコピーしてください。",
            "This LIFF ID is another channel's: it begins with the LINE Login channel's ID. Copy it from the tab LIFF.",
        )),
        _ => Err(Failure::usage(
            "LIFF IDの形式が正しくありません。LINEログインのチャネルの［LIFF］タブから、1234567890-AbcdEfgh のような値をコピーしてください。",
            "This is no LIFF ID. Copy it from the LINE Login channel's tab LIFF; it looks like 1234567890-AbcdEfgh.",
        )),
    }
}

/// The LINE Login channel's secret; never one of the Messaging API channel's.
fn login_secret(ask: &mut Ask, say: &Say) -> Result<Secret, Failure> {
    let prompt = say.pick("LINEログインのチャネルシークレット", "LINE Login channel secret");
    let secret = ask.secret(prompt)?.ok_or_else(|| {
        Failure::usage(
            "何も入力されていません。LINEログインのチャネルの［チャネル基本設定］＞［チャネルシークレット］を入力してください。",
            "Nothing was entered. Enter the LINE Login channel's secret: Basic settings > Channel secret.",
        )
    })?;
    input::channel_secret(&secret)
}

fn not_tried(error: TryLoginError) -> Failure {
    match error {
        TryLoginError::Refused(LoginRefusal::NoSecrets) => no_secrets(),
        TryLoginError::Refused(refusal) => refused(refusal),
        TryLoginError::Port(error) => error.into(),
    }
}

/// What was asked for wrongly is told apart from what LINE does not take.
fn refused(refusal: LoginRefusal) -> Failure {
    let [japanese, english] = [Language::Japanese, Language::English].map(|it| login_refused(refusal, it));
    match refusal {
        LoginRefusal::SameId | LoginRefusal::SameSecret => Failure::usage(japanese, english),
        _ => Failure::failed(japanese, english),
    }
}

fn not_set(error: SetUpLoginError<Failure>) -> Failure {
    match error {
        SetUpLoginError::Liff(PortError::Permanent { .. }) => Failure::failed(
            "LINEがLIFFアプリの作成を受け付けませんでした。公開URLがhttps://で始まること、LIFFアプリが30件に達していないこと、email=on の場合はメールアドレス取得権限が［申請済み］であることを確認してください。何も保存していません。",
            "LINE refuses the LIFF app. Check that the public URL begins with https://, that the channel has fewer than 30 LIFF apps, and, with email=on, that the e-mail permission is applied for (“Applied”). Nothing was stored.",
        ),
        SetUpLoginError::Liff(error) => error.into(),
        SetUpLoginError::NoSecrets => no_secrets(),
        SetUpLoginError::Change(error) => unchanged(error, no_channel, |refused| refused),
    }
}

fn no_secrets() -> Failure {
    Failure::failed(
        "チャネルシークレットが保存されていません。先に musubi channel add（LINEログインのシークレットは musubi login set --login-channel-id）で登録してください。",
        "The channel's secret is not stored. Store it first with musubi channel add; LINE Login's with musubi login set --login-channel-id.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_liff_id_is_of_the_login_channel() {
        let channel = LoginChannelId::new("1657000002");
        for good in ["1657000002-AbcdEfgh", " https://liff.line.me/1657000002-AbcdEfgh "] {
            assert_eq!(liff_id(good, &channel).unwrap().as_str(), "1657000002-AbcdEfgh");
        }
        let says = |text: &str| liff_id(text, &channel).unwrap_err().words(Language::English);
        assert!(says("1234567890-AbcdEfgh").contains("another channel's"));
        for bad in ["", "AbcdEfgh", "1657000002", "1657000002-", "1657000002-a/b", "1657000002-a?x"] {
            assert!(says(bad).contains("no LIFF ID"), "{bad}");
        }
    }

    #[test]
    fn the_two_channels_are_not_one() {
        let channel = ChannelId::new("1234567890");
        assert_eq!(login_channel_id("1657000002", &channel).unwrap().as_str(), "1657000002");
        let says = login_channel_id("1234567890", &channel).unwrap_err().words(Language::English);
        assert!(says.contains("the Messaging API channel's ID"), "{says}");
    }
}
