//! Account link's settings: `account_link.login_url` and what belongs to it.

use musubi::domain::account_link::AccountLinkSettings;
use musubi::domain::channel::ChannelSettings;
use url::Url;

use crate::failure::Failure;

/// LINE takes 1,000 characters in a button's address, and the link token needs some of them.
const MAX_URL_CHARS: usize = 700;
/// A welcome is read at a glance.
const MAX_WELCOME_CHARS: usize = 1_000;

/// Changes one of them; `none` takes it away.
///
/// # Errors
/// There is no such setting, it takes no such value, or the login page is not set.
pub(super) fn set(settings: &mut ChannelSettings, key: &str, value: &str) -> Result<(), Failure> {
    let given = Some(value).filter(|value| !matches!(*value, "" | "none"));
    if key == "account_link.login_url" {
        let login_url = address(key, given.unwrap_or_default())?;
        match &mut settings.account_link {
            Some(known) => known.login_url = login_url,
            None => {
                settings.account_link = Some(AccountLinkSettings { login_url, success_url: None, welcome: None });
            }
        }
        return Ok(());
    }
    if key == "account_link" && given.is_none_or(|value| value == "off") {
        settings.account_link = None;
        return Ok(());
    }
    let known = settings.account_link.as_mut().ok_or_else(|| {
        Failure::usage(
            "先に account_link.login_url（自社サイトのログインページ）を設定してください。",
            "Set account_link.login_url first: the login page of your own site.",
        )
    })?;
    match key {
        "account_link.success_url" => known.success_url = given.map(|value| address(key, value)).transpose()?,
        "account_link.welcome" => known.welcome = given.map(welcome).transpose()?,
        _ => {
            return Err(Failure::usage(
                "account_link に続く項目は login_url、success_url、welcome です。まとめて外すには account_link=none を指定してください。",
                "account_link takes login_url, success_url and welcome; account_link=none takes all of it away.",
            ));
        }
    }
    Ok(())
}

fn address(key: &str, value: &str) -> Result<String, Failure> {
    let url = Url::parse(value).ok().filter(|url| {
        let bare = url.username().is_empty() && url.password().is_none();
        url.scheme() == "https" && url.has_host() && bare && value.len() <= MAX_URL_CHARS
    });
    url.map(String::from).ok_or_else(|| {
        Failure::usage(
            format!("{key} には https:// で始まるURL（{MAX_URL_CHARS}文字まで）を指定してください。"),
            format!("{key} is an address that begins with https:// and has {MAX_URL_CHARS} characters at most."),
        )
    })
}

fn welcome(value: &str) -> Result<String, Failure> {
    if value.encode_utf16().count() <= MAX_WELCOME_CHARS {
        return Ok(value.to_owned());
    }
    Err(Failure::usage(
        format!("account_link.welcome は{MAX_WELCOME_CHARS}文字までです。"),
        format!("account_link.welcome has {MAX_WELCOME_CHARS} characters at most."),
    ))
}

/// For people, by the names that `channel set` takes.
pub(super) fn facts(settings: &ChannelSettings) -> Vec<(&'static str, String)> {
    let Some(known) = &settings.account_link else { return vec![("account_link", "none".to_owned())] };
    let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    vec![
        ("account_link.login_url", known.login_url.clone()),
        ("account_link.success_url", or_none(&known.success_url)),
        ("account_link.welcome", or_none(&known.welcome)),
    ]
}
