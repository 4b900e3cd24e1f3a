//! Account link's settings: the login page of the customer's own site, and what belongs to it.

use super::{Bilingual, Form, Setting, SettingFault, SettingValue, Shape};
use crate::domain::account_link::AccountLinkSettings;
use crate::domain::channel::ChannelSettings;

/// LINE takes 1,000 characters in a button's address, and the link token needs some of them.
const MAX_URL_CHARS: usize = 700;
/// A welcome is read at a glance.
const MAX_WELCOME_CHARS: usize = 1_000;

const NO_LOGIN_PAGE: SettingFault = SettingFault::refused(
    "先に account_link.login_url（自社サイトのログインページ）を設定してください。",
    "Set account_link.login_url first: the login page of your own site.",
);
const NO_PART: SettingFault = SettingFault::refused(
    "account_link に続く項目は login_url、success_url、welcome です。まとめて外すには account_link=none を指定してください。",
    "account_link takes login_url, success_url and welcome; account_link=none takes all of it away.",
);

/// What is said of something else of account link's.
pub(super) fn unknown(settings: &ChannelSettings) -> SettingFault {
    if settings.account_link.is_some() { NO_PART } else { NO_LOGIN_PAGE }
}

fn needs_login_page(settings: &ChannelSettings) -> Result<(), SettingFault> {
    if settings.account_link.is_some() { Ok(()) } else { Err(NO_LOGIN_PAGE) }
}

/// All of it is taken away.
pub(super) const APART: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "account_link",
    Shape::Away(&["", "none", "off"]),
    &[],
    |settings| settings.account_link.is_none().then_some(SettingValue::None),
    |settings, _| settings.account_link = None,
)
.labelled("アカウント連携", "Account link");
pub(super) const LOGIN_URL: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "account_link.login_url",
    Shape::Address { max_chars: MAX_URL_CHARS, is_optional: false },
    &[Form {
        written: "URL",
        means: Bilingual {
            japanese: "自社サイトのログインページ。account_link=none で設定を外します",
            english: "the login page of your own site; account_link=none takes it away",
        },
    }],
    |settings| settings.account_link.as_ref().map(|link| SettingValue::Text(link.login_url.clone())),
    |settings, value| {
        let login_url = value.text().unwrap_or_default();
        let known = settings.account_link.take();
        let (success_url, welcome) = known.map(|known| (known.success_url, known.welcome)).unwrap_or_default();
        settings.account_link = Some(AccountLinkSettings { login_url, success_url, welcome });
    },
)
.labelled("自社サイトのログインページ", "Login page of your own site");
pub(super) const SUCCESS_URL: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "account_link.success_url",
    Shape::Address { max_chars: MAX_URL_CHARS, is_optional: true },
    &[Form {
        written: "URL|none",
        means: Bilingual {
            japanese: "連携後のメッセージのボタンの移動先",
            english: "where the welcome message's button leads",
        },
    }],
    |settings| settings.account_link.as_ref().map(|link| SettingValue::of_text(link.success_url.as_ref())),
    |settings, value| {
        if let Some(known) = &mut settings.account_link {
            known.success_url = value.text();
        }
    },
)
.labelled("連携後のボタンの移動先", "Where the button leads after linking")
.needing(needs_login_page);
pub(super) const WELCOME: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "account_link.welcome",
    Shape::Text { max_chars: MAX_WELCOME_CHARS },
    &[Form {
        written: "TEXT|none",
        means: Bilingual {
            japanese: "連携した人に送るメッセージ",
            english: "what a person reads once they are linked",
        },
    }],
    |settings| settings.account_link.as_ref().map(|link| SettingValue::of_text(link.welcome.as_ref())),
    |settings, value| {
        if let Some(known) = &mut settings.account_link {
            known.welcome = value.text();
        }
    },
)
.labelled("連携した人に送るメッセージ", "Message to whoever was linked")
.needing(needs_login_page);
