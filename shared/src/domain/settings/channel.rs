//! An Official Account's settings.

use super::account_link::{self, APART, LOGIN_URL, SUCCESS_URL, WELCOME};
use super::auto_reply::{self, HOLIDAYS, IN_GROUPS, KEYWORDS, OPENING_HOURS, OUT_OF_HOURS, OUT_OF_HOURS_PAUSE};
use super::sends::{SEND_HOURS, TESTERS, WITHOUT_QUOTA};
use super::{Bilingual, Form, Setting, SettingFault, SettingValue, Settings, Shape};
use crate::domain::channel::{ChannelSettings, REPLY_MESSAGES};

/// A conversation may be idle, or last, from 10 seconds to a day.
const WINDOW: Shape = Shape::Span { from_ms: 10_000, to_ms: 86_400_000 };

/// An Official Account's.
pub static CHANNEL: Settings<ChannelSettings> = Settings {
    all: &[
        CREATE_CONTACTS,
        TASKS,
        FALLBACK_OWNER,
        NOTE_OWNER,
        NOTES,
        RECENT_MESSAGES,
        SAVE_FILES,
        IDLE_WINDOW,
        ENTRY_LIMIT,
        DUMMY_EMAIL_DOMAIN,
        GREETING,
        LINK_BUTTON,
        LOGIN_BUTTON,
        MARK_AS_READ,
        SENDER_NAME,
        SENDER_ICON,
        APART,
        LOGIN_URL,
        SUCCESS_URL,
        WELCOME,
        KEYWORDS,
        OPENING_HOURS,
        HOLIDAYS,
        OUT_OF_HOURS,
        OUT_OF_HOURS_PAUSE,
        IN_GROUPS,
        WEBHOOK,
        TELL_TEAM,
        WITHOUT_QUOTA,
        SEND_HOURS,
        TESTERS,
    ],
    new: ChannelSettings::default,
    unknown: |settings, name| {
        let is_of_link = name == APART.name || name.starts_with("account_link.");
        if is_of_link { account_link::unknown(settings) } else { SettingFault::Unknown }
    },
    each: |settings| {
        let has_button = settings.link_button || settings.login_button;
        let is_reserved = settings.sender_name.as_ref().is_some_and(|name| name.contains("LINE"));
        if is_reserved {
            return Err(RESERVED);
        }
        if settings.greeting.len() == REPLY_MESSAGES && has_button { Err(TOO_MANY) } else { Ok(()) }
    },
    whole: |settings| {
        if settings.entry_limit_ms < settings.idle_window_ms { Err(TOO_SHORT) } else { auto_reply::whole(settings) }
    },
};

const TOO_MANY: SettingFault = SettingFault::refused(
    "ボタンを付けるあいさつメッセージは4通までです（LINEの応答メッセージは一度に5通までで、ボタンに1通使います）。",
    "A greeting with a button has four messages at most: LINE takes five in a reply, and the button is one.",
);
const RESERVED: SettingFault = SettingFault::refused(
    "sender_name に「LINE」という語は使えません（LINEが受け付けません）。",
    "sender_name must not contain “LINE”: LINE does not take it.",
);
const TOO_SHORT: SettingFault = SettingFault::refused(
    "entry_limit は idle_window 以上にしてください。",
    "entry_limit must not be shorter than idle_window.",
);

const CREATE_CONTACTS: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "create_contacts",
    Shape::Flag,
    &[Form {
        written: "on|off",
        means: Bilingual {
            japanese: "コンタクトのない人のコンタクトを作成します",
            english: "a person without a contact gets one",
        },
    }],
    |settings| Some(SettingValue::Flag(settings.create_contacts)),
    |settings, value| settings.create_contacts = value.is_on(),
)
.labelled("コンタクトの自動作成", "Make contacts");
const TASKS: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "tasks",
    Shape::Flag,
    &[Form {
        written: "on|off",
        means: Bilingual {
            japanese: "メッセージが届くと、コンタクトの担当者にタスクを作成します",
            english: "a message makes a task for the contact's owner",
        },
    }],
    |settings| Some(SettingValue::Flag(settings.tasks)),
    |settings, value| settings.tasks = value.is_on(),
)
.labelled("返信タスクの作成", "Make tasks to answer");
const FALLBACK_OWNER: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "fallback_owner",
    Shape::Owner,
    &[Form {
        written: "ID|none",
        means: Bilingual {
            japanese: "担当者がいないコンタクトのタスクを割り当てる人（HubSpotの所有者ID）",
            english: "the task's owner where the contact has none (HubSpot's owner ID)",
        },
    }],
    |settings| Some(SettingValue::of_text(settings.fallback_owner.as_ref())),
    |settings, value| settings.fallback_owner = value.text(),
)
.labelled("タスクの担当者（コンタクトに担当者がいない場合）", "Owner of tasks where the contact has none")
.refusing(
    "fallback_owner にはHubSpotの所有者IDの数字、または none を指定してください（ユーザーIDとは異なります）。",
    "fallback_owner is HubSpot's owner ID, a number (not the user ID), or none.",
);
const NOTE_OWNER: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "note_owner",
    Shape::Owner,
    &[Form {
        written: "ID|none",
        means: Bilingual {
            japanese: "会話のメモの作成者として表示する人（HubSpotの所有者ID）",
            english: "whom notes of conversations name as their author (HubSpot's owner ID)",
        },
    }],
    |settings| Some(SettingValue::of_text(settings.note_owner.as_ref())),
    |settings, value| settings.note_owner = value.text(),
)
.labelled("メモの作成者", "Author of notes")
.refusing(
    "note_owner にはHubSpotの所有者IDの数字、または none を指定してください（ユーザーIDとは異なります）。",
    "note_owner is HubSpot's owner ID, a number (not the user ID), or none.",
);
const NOTES: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "notes",
    Shape::Flag,
    &[Form {
        written: "on|off",
        means: Bilingual {
            japanese: "会話をタイムラインに記録します。オフにできるのは、HubSpotの受信トレイに接続している間だけです",
            english: "conversations are written to the timeline; off counts only while they are in HubSpot's inbox",
        },
    }],
    |settings| Some(SettingValue::Flag(settings.notes)),
    |settings, value| settings.notes = value.is_on(),
)
.labelled("会話のメモ", "Notes of conversations");
const RECENT_MESSAGES: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "recent_messages",
    Shape::Flag,
    &[Form {
        written: "on|off",
        means: Bilingual {
            japanese: "プロパティー line_recent_messages を更新します",
            english: "keeps the property line_recent_messages",
        },
    }],
    |settings| Some(SettingValue::Flag(settings.recent_messages)),
    |settings, value| settings.recent_messages = value.is_on(),
)
.labelled("最近のメッセージのプロパティー", "Property of recent messages");
const SAVE_FILES: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "save_files",
    Shape::Flag,
    &[Form {
        written: "on|off",
        means: Bilingual {
            japanese: "届いた画像、動画、音声、ファイルをHubSpotに非公開で保存します",
            english: "pictures, films, sounds and files are saved in HubSpot, not public",
        },
    }],
    |settings| Some(SettingValue::Flag(settings.save_files)),
    |settings, value| settings.save_files = value.is_on(),
)
.labelled("画像やファイルの保存", "Save pictures and files");
const IDLE_WINDOW: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "idle_window",
    WINDOW,
    &[Form {
        written: "15m",
        means: Bilingual {
            japanese: "会話がこの時間とぎれると記録になります（s、m、h）",
            english: "a conversation idle for this long becomes an entry (s, m, h)",
        },
    }],
    |settings| Some(SettingValue::SpanMs(settings.idle_window_ms)),
    |settings, value| settings.idle_window_ms = value.span_ms(),
)
.labelled("会話を記録するまでの時間", "Pause before a conversation is written");
const ENTRY_LIMIT: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "entry_limit",
    WINDOW,
    &[Form {
        written: "1h",
        means: Bilingual {
            japanese: "とぎれなくても、最初のメッセージからこの時間で記録になります",
            english: "... and at the latest this long after its first message",
        },
    }],
    |settings| Some(SettingValue::SpanMs(settings.entry_limit_ms)),
    |settings, value| settings.entry_limit_ms = value.span_ms(),
)
.labelled("会話を記録するまでの最長時間", "Longest time before a conversation is written");
const DUMMY_EMAIL_DOMAIN: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "dummy_email_domain",
    Shape::EmailDomain,
    &[Form {
        written: "DOMAIN|none",
        means: Bilingual {
            japanese: "作成するコンタクトに付けるメールアドレスのドメイン",
            english: "e-mail addresses for contacts that are made",
        },
    }],
    |settings| Some(SettingValue::of_text(settings.dummy_email_domain.as_ref())),
    |settings, value| settings.dummy_email_domain = value.text(),
)
.labelled("仮のメールアドレスのドメイン", "Domain of stand-in e-mail addresses")
.refusing(
    "dummy_email_domain には lineuser.com のようなドメイン、または none を指定してください。",
    "dummy_email_domain is a domain such as lineuser.com, or none.",
);
const GREETING: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "greeting",
    Shape::Messages,
    &[Form {
        written: "TEXT|JSON|none",
        means: Bilingual {
            japanese: "新しい友だちにすぐ返すメッセージ（無料）。テキスト、LINEのメッセージオブジェクト、またはその一覧",
            english: "what a new friend reads at once, free of charge: text, a LINE message object, or a list of them",
        },
    }],
    |settings| Some(SettingValue::Messages(settings.greeting.clone())),
    |settings, value| settings.greeting = value.messages(),
)
.labelled("あいさつメッセージ", "Greeting");
const LINK_BUTTON: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "link_button",
    Shape::Flag,
    &[Form {
        written: "on|off",
        means: Bilingual {
            japanese: "アカウント連携を始めるボタンを付けます",
            english: "... with a button that begins an account link",
        },
    }],
    |settings| Some(SettingValue::Flag(settings.link_button)),
    |settings, value| settings.link_button = value.is_on(),
)
.labelled("あいさつのアカウント連携ボタン", "Account link button in the greeting");
const LOGIN_BUTTON: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "login_button",
    Shape::Flag,
    &[Form {
        written: "on|off",
        means: Bilingual {
            japanese: "LINEログインへのボタンを付けます",
            english: "... with a button that leads to LINE Login",
        },
    }],
    |settings| Some(SettingValue::Flag(settings.login_button)),
    |settings, value| settings.login_button = value.is_on(),
)
.labelled("あいさつのLINEログインボタン", "LINE Login button in the greeting");
const MARK_AS_READ: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "mark_as_read",
    Shape::Flag,
    &[Form {
        written: "on|off",
        means: Bilingual {
            japanese: "担当者がトークを開くと、お客さまのメッセージに既読を付けます（LINE公式アカウントのチャットがオンの場合）",
            english: "opening a talk marks the person's messages as read (where LINE's chat is on)",
        },
    }],
    |settings| Some(SettingValue::Flag(settings.mark_as_read)),
    |settings, value| settings.mark_as_read = value.is_on(),
)
.labelled("既読を付ける", "Show that messages were read");
/// LINE shows a name of at most 20 characters (LINE Messaging API reference, "Change icon and display name", 2026-08).
const MAX_SENDER_CHARS: usize = 20;
/// The reference says 2,000, LINE's own libraries 1,000.
const MAX_ICON_CHARS: usize = 1_000;

const SENDER_NAME: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "sender_name",
    Shape::Text { max_chars: MAX_SENDER_CHARS },
    &[Form {
        written: "NAME|none",
        means: Bilingual {
            japanese: "担当者がトークで送るメッセージで、公式アカウント名の前に表示する名前",
            english: "the name that operators' messages show in a chat, before the Official Account's",
        },
    }],
    |settings| Some(SettingValue::of_text(settings.sender_name.as_ref())),
    |settings, value| settings.sender_name = value.text(),
)
.labelled("担当者のメッセージの送信者名", "Sender of operators' messages");
const SENDER_ICON: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "sender_icon",
    Shape::Address { max_chars: MAX_ICON_CHARS, is_optional: true },
    &[Form {
        written: "URL|none",
        means: Bilingual {
            japanese: "そのメッセージに表示するアイコンのURL（PNG、1 MBまで）",
            english: "... and with this picture: the address of a PNG of at most 1 MB",
        },
    }],
    |settings| Some(SettingValue::of_text(settings.sender_icon.as_ref())),
    |settings, value| settings.sender_icon = value.text(),
)
.labelled("担当者のメッセージのアイコン", "Picture of operators' messages");
const WEBHOOK: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "webhook",
    Shape::Endpoint,
    &[Form {
        written: "URL|none",
        means: Bilingual {
            japanese: "メッセージの受信を知らせるほかのシステムのURL（https）。本文は送りません。署名に使うシークレットは\n\
                       channel webhook-secret で作成します",
            english: "another system that is told that a message came, and no word of it: an https address. Its secret is made with\n\
                      channel webhook-secret",
        },
    }],
    |settings| Some(SettingValue::of_text(settings.webhook.as_ref())),
    |settings, value| settings.webhook = value.text(),
)
.labelled("ほかのシステムへの通知（Webhook）", "Another system that is told of messages (webhook)")
.refusing(
    "webhook には、インターネットから接続できるhttps://で始まるURL、または none を指定してください（社内や自分のコンピューターのアドレスは指定できません）。",
    "webhook is an https address that the public internet can reach, or none; no address of a private network.",
);
const TELL_TEAM: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "tell_team",
    Shape::Flag,
    &[Form {
        written: "on|off",
        means: Bilingual {
            japanese: "返信をお待ちのお客さまがいることを、メールやSlackでチームに知らせます（宛先はスタックのパラメーターで指定します）。\n\
                       本文もお客さまの名前も送りません",
            english: "the team is told by mail and Slack that somebody is waiting for an answer (the stack's parameters say where); no word\n\
                      and no name is sent",
        },
    }],
    |settings| Some(SettingValue::Flag(settings.tell_team)),
    |settings, value| settings.tell_team = value.is_on(),
)
.labelled("メールやSlackでのチームへの通知", "Tell the team by mail and Slack");
