//! LINE Login's settings.

use super::{Bilingual, Form, Setting, SettingFault, SettingValue, Settings, Shape};
use crate::domain::ids::LoginChannelId;
use crate::domain::login::{ByEmail, FriendPrompt, LoginSettings};

/// LINE Login's.
pub static LOGIN: Settings<LoginSettings> = Settings {
    all: &[EMAIL, BY_EMAIL, FRIEND_PROMPT, MERGE_DUPLICATES, AFTER_LOGIN, ALLOWED_ORIGINS, LIFF],
    new: || LoginSettings::new(LoginChannelId::new("")),
    unknown: |_, _| SettingFault::Unknown,
    each: |_| Ok(()),
    whole: |login| Ok(login.check_pages()?),
};

const BY_EMAILS: [(&str, ByEmail); 3] =
    [("match", ByEmail::Match), ("always_new", ByEmail::AlwaysNew), ("ask", ByEmail::Ask)];
const FRIEND_PROMPTS: [(&str, FriendPrompt); 3] =
    [("off", FriendPrompt::Off), ("normal", FriendPrompt::Normal), ("aggressive", FriendPrompt::Aggressive)];

const EMAIL: Setting<LoginSettings> = Setting::<LoginSettings>::new(
    "email",
    Shape::Flag,
    &[Form {
        written: "on|off",
        means: Bilingual {
            japanese: "メールアドレスを求めます（LINEの許可が必要です）",
            english: "asks for the e-mail address; LINE must have permitted it to the channel",
        },
    }],
    |login| Some(SettingValue::Flag(login.ask_email)),
    |login, value| login.ask_email = value.is_on(),
)
.labelled("メールアドレスの取得", "Ask for the e-mail address");
const BY_EMAIL: Setting<LoginSettings> = Setting::<LoginSettings>::new(
    "by_email",
    Shape::Choice(&["match", "always_new", "ask"]),
    &[Form {
        written: "match|always_new|ask",
        means: Bilingual {
            japanese: "同じメールアドレスのコンタクトがあるとき：本人とみなす、別人とみなす、オペレーターに尋ねる。\n\
                       LINEは、メールアドレスが本人のものか確認済みとは明言していません",
            english: "a contact that has the address: is the person; is another one; an operator is asked.\n\
                      LINE does not state that the address is verified.",
        },
    }],
    |login| Some(SettingValue::named(&BY_EMAILS, login.by_email)),
    |login, value| login.by_email = value.choice(&BY_EMAILS),
)
.labelled("同じメールアドレスのコンタクトがあるとき", "A contact that has the address");
const FRIEND_PROMPT: Setting<LoginSettings> = Setting::<LoginSettings>::new(
    "friend_prompt",
    Shape::Choice(&["off", "normal", "aggressive"]),
    &[Form {
        written: "off|normal|aggressive",
        means: Bilingual {
            japanese: "友だち追加を求めます：求めない、同意画面で求める、専用の画面で求める",
            english: "asks to add the account as a friend: not; on the consent screen; on one of its own",
        },
    }],
    |login| Some(SettingValue::named(&FRIEND_PROMPTS, login.friend_prompt)),
    |login, value| login.friend_prompt = value.choice(&FRIEND_PROMPTS),
)
.labelled("友だち追加の案内", "Asking to add the account");
const MERGE_DUPLICATES: Setting<LoginSettings> = Setting::<LoginSettings>::new(
    "merge_duplicates",
    Shape::Flag,
    &[Form {
        written: "on|off",
        means: Bilingual {
            japanese: "以前に作成されたコンタクトを統合します（元に戻せません）",
            english: "a contact that was made for the person before is merged; it cannot be undone",
        },
    }],
    |login| Some(SettingValue::Flag(login.merge_duplicates)),
    |login, value| login.merge_duplicates = value.is_on(),
)
.labelled("以前に作成されたコンタクトの統合", "Merge contacts made before");
const AFTER_LOGIN: Setting<LoginSettings> = Setting::<LoginSettings>::new(
    "after_login",
    Shape::Page,
    &[Form {
        written: "URL|none",
        means: Bilingual {
            japanese: "ログイン後の移動先。none はMusubiのページ",
            english: "where the person goes after logging in; none: Musubi's own page",
        },
    }],
    |login| Some(SettingValue::of_text(login.after_login.as_ref())),
    |login, value| login.after_login = value.text(),
)
.labelled("ログイン後の移動先", "Page after logging in");
const ALLOWED_ORIGINS: Setting<LoginSettings> = Setting::<LoginSettings>::new(
    "allowed_origins",
    Shape::Origins,
    &[Form {
        written: "A,B|none",
        means: Bilingual {
            japanese: "after_login に使えるオリジン（例：https://shop.example）",
            english: "the origins that after_login may have, such as https://shop.example",
        },
    }],
    |login| Some(SettingValue::Texts(login.allowed_origins.clone())),
    |login, value| login.allowed_origins = value.texts(),
)
.labelled("移動先に使えるオリジン", "Origins that pages may have");
/// The app itself is entered and tried, or made, when LINE Login is set up.
const LIFF: Setting<LoginSettings> = Setting::<LoginSettings>::new(
    "liff",
    Shape::Away(&["", "none"]),
    &[Form {
        written: "none",
        means: Bilingual { japanese: "LIFFアプリの使用をやめます", english: "goes on without the LIFF app" },
    }],
    |_| None,
    |login, _| login.liff = None,
)
.labelled("LIFFアプリ", "LIFF app");
