//! A person wants to be unlinked: they log in once more, so that it is they who say so.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use musubi::domain::login::LoginPurpose;
use serde::Deserialize;

use crate::browser::Browser;
use crate::pages::login_end::LoginEnd;
use crate::pages::unlink;
use crate::set_out::begin;
use crate::{ChannelPath, LinkQuery, Ports, account, ended, language};

/// Names the form in its token.
const FORM: &str = "unlink";

/// What the form holds.
#[derive(Deserialize)]
pub struct Sure {
    token: String,
}

/// `GET /line/{channel}/unlink`
pub async fn explain(
    State(ports): State<Arc<Ports>>,
    Path(id): ChannelPath,
    Query(query): Query<LinkQuery>,
    headers: HeaderMap,
) -> Response {
    let language = language(query.lang.as_deref(), &headers);
    let shown = async {
        let (channel, _) = ports.channel(&id).await?;
        let browser = Browser::of(&headers).map_err(|_| LoginEnd::Unavailable)?;
        let page = unlink::explain(language, account(&channel), &browser.form_token(FORM));
        Ok(([(SET_COOKIE, browser.cookie())], page).into_response())
    };
    shown.await.unwrap_or_else(|end: LoginEnd| ended(language, end).into_response())
}

/// `POST /line/{channel}/unlink`, from our own page in this browser: a page of another site could else send somebody through
/// LINE's automatic login and have them unlinked.
pub async fn set_out(
    State(ports): State<Arc<Ports>>,
    Path(id): ChannelPath,
    headers: HeaderMap,
    sure: Result<Form<Sure>, FormRejection>,
) -> Response {
    let language = language(None, &headers);
    let begun = async {
        let (channel, _) = ports.channel(&id).await?;
        let browser = Browser::known(&headers).ok_or(LoginEnd::OtherBrowser)?;
        if !sure.is_ok_and(|Form(sure)| browser.made(FORM, &sure.token)) {
            return Err(LoginEnd::OtherBrowser);
        }
        let browser = Browser { by_hand: true, route: None, ..browser };
        let address = begin(&ports, &channel, &browser, LoginPurpose::Unlink, language).await?;
        Ok(([(SET_COOKIE, browser.cookie())], unlink::going_on(language, &address)).into_response())
    };
    begun.await.unwrap_or_else(|end: LoginEnd| ended(language, end).into_response())
}
