//! `https://line.me/R/ti/p/{basic ID}`: LINE opens the account's talk. Here that is the phone that the account's page shows.

use musubi::domain::language::Language;

use super::screen;
use crate::fake::line::platform::FakeLine;
use crate::fake::line::state::State;
use crate::fake::wire::{Answer, ApiRequest};

impl FakeLine {
    /// Says at which page people's phones are to be seen: whoever opens a talk by its address is sent there.
    pub fn show_phones_at(&self, page_url: &str) {
        self.lock().login.phones_url = Some(page_url.to_owned());
    }
}

impl FakeLine {
    /// Says at which page the talk with this account is to be seen, where that is another one.
    pub fn show_talk_at(&self, basic_id: &str, page_url: &str) {
        self.lock().login.talk_urls.insert(basic_id.to_owned(), page_url.to_owned());
    }
}

/// `GET /R/ti/p/{ID}`. An account that nobody knows has no talk.
pub(crate) fn open(state: &State, asked: &ApiRequest) -> Answer {
    let segments = asked.segments();
    let id = segments.last().copied().unwrap_or_default().replace("%40", "@");
    if !state.channels.values().any(|channel| channel.spec.basic_id == id) {
        return screen::refused();
    }
    if let Some(url) = state.login.talk_urls.get(&id) {
        return Answer::empty(302).with("location", url.clone()).with("cache-control", "no-store");
    }
    match &state.login.phones_url {
        Some(url) => Answer::empty(302).with("location", format!("{url}/#phone")).with("cache-control", "no-store"),
        None => {
            let language = Language::from_tag(asked.header("accept-language").unwrap_or("ja"));
            let words = language.pick("LINEのトーク画面が開きました。", "The chat on LINE is open.");
            screen::page(200, language, "line-done", &format!("<h1>{words}</h1>"))
        }
    }
}
