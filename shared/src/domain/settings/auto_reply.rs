//! What an Official Account answers by itself: the settings.

use std::collections::BTreeSet;

use super::{Bilingual, Form, Setting, SettingFault, SettingValue, Shape};
use crate::domain::auto_reply::MAX_ANSWERS_BYTES;
use crate::domain::channel::ChannelSettings;
use crate::domain::opening_hours::OpeningHours;

const NO_HOURS: SettingFault = SettingFault::refused(
    "away_answer には opening_hours（営業時間）の設定が必要です。",
    "away_answer needs opening_hours: else nobody knows when it is out of hours.",
);
const TOO_LARGE: SettingFault = SettingFault::refused(
    "keywords と away_answer のメッセージは、合わせて60,000バイトまでです。",
    "The messages of keywords and away_answer have 60,000 bytes together at most.",
);

/// What must hold of all of them.
pub(super) fn whole(settings: &ChannelSettings) -> Result<(), SettingFault> {
    let replies = &settings.auto_replies;
    if !replies.out_of_hours.is_empty() && replies.opening_hours.is_none() {
        return Err(NO_HOURS);
    }
    if replies.size_bytes() > MAX_ANSWERS_BYTES { Err(TOO_LARGE) } else { Ok(()) }
}

pub(super) const KEYWORDS: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "keywords",
    Shape::Keywords,
    &[
        Form {
            written: "\"exact: A, B\u{21b5}ANSWER\"",
            means: Bilingual {
                japanese: "メッセージがキーワードのどれかと一致すると、次の行からの応答をすぐに返します（無料）。応答は\n\
                           テキスト、LINEのメッセージオブジェクト、またはその一覧です。ルールは続けて書き、先のものが優先です",
                english: "whoever writes one of these keywords and nothing else gets the answer below it at once, free of charge:\n\
                          text, a LINE message object, or a list of them. Rules follow one another, and the first that fits wins",
            },
        },
        Form {
            written: "\"contains: A, B\u{21b5}ANSWER\"",
            means: Bilingual {
                japanese: "……メッセージにキーワードのどれかが含まれる場合です。全角・半角、大文字・小文字は区別しません",
                english: "... in whose message one of them stands. Width and case of letters make no difference",
            },
        },
    ],
    |settings| Some(SettingValue::Keywords(settings.auto_replies.keywords.clone())),
    |settings, value| settings.auto_replies.keywords = value.keywords(),
)
.labelled("キーワード応答", "Answers to keywords");
pub(super) const OPENING_HOURS: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "opening_hours",
    Shape::Hours,
    &[Form {
        written: "HOURS|none",
        means: Bilingual {
            japanese: "営業時間（HubSpotアカウントのタイムゾーン）。例：月-金 10:00-12:00 13:00-18:00, 土 10:00-15:00。\n\
                       翌日にかかる時間は 18:00-26:00 のように書きます",
            english: "when somebody is there, in the HubSpot account's time zone: mon-fri 10:00-12:00 13:00-18:00, sat 10:00-15:00;\n\
                      past midnight is written 18:00-26:00",
        },
    }],
    |settings| {
        let hours = settings.auto_replies.opening_hours.as_ref().map(OpeningHours::to_string);
        Some(SettingValue::of_text(hours.as_ref()))
    },
    |settings, value| settings.auto_replies.opening_hours = value.text().as_deref().and_then(OpeningHours::read),
)
.labelled("営業時間", "Opening hours")
.refusing(
    "opening_hours は「月-金 10:00-18:00, 土 10:00-15:00」または「mon-fri 10:00-18:00」のように指定してください（時刻は30:00まで、1日に4つまで）。",
    "opening_hours is written mon-fri 10:00-18:00, sat 10:00-15:00, up to 30:00 and four times a day, or none.",
);
pub(super) const HOLIDAYS: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "holidays",
    Shape::Dates,
    &[Form {
        written: "2026-12-31,...",
        means: Bilingual {
            japanese: "休業日。200日まで指定できます",
            english: "days on which nobody is there, 200 at most",
        },
    }],
    |settings| Some(SettingValue::Texts(settings.auto_replies.holidays.iter().map(|date| date.to_string()).collect())),
    |settings, value| {
        let dates: BTreeSet<_> = value.texts().iter().filter_map(|date| date.parse().ok()).collect();
        settings.auto_replies.holidays = dates;
    },
)
.labelled("休業日", "Holidays")
.refusing(
    "holidays には 2026-12-31 のような日付を、カンマで区切って200日まで指定してください。",
    "holidays takes dates such as 2026-12-31, separated by commas, 200 at most.",
);
pub(super) const OUT_OF_HOURS: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "away_answer",
    Shape::Messages,
    &[Form {
        written: "TEXT|JSON|none",
        means: Bilingual {
            japanese: "営業時間外のメッセージにすぐ返すメッセージ（無料）。「未返信」はそのまま残ります",
            english: "what a message out of hours is answered at once, free of charge; it still waits for an answer",
        },
    }],
    |settings| Some(SettingValue::Messages(settings.auto_replies.out_of_hours.clone())),
    |settings, value| settings.auto_replies.out_of_hours = value.messages(),
)
.labelled("営業時間外の応答", "Answer out of hours");
pub(super) const OUT_OF_HOURS_PAUSE: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "away_pause",
    Shape::Span { from_ms: 60_000, to_ms: 7 * 86_400_000 },
    &[Form {
        written: "12h",
        means: Bilingual {
            japanese: "同じ人には、この時間がたつまで営業時間外の応答を繰り返しません",
            english: "... and nobody gets it again before so long",
        },
    }],
    |settings| Some(SettingValue::SpanMs(settings.auto_replies.out_of_hours_pause_ms)),
    |settings, value| settings.auto_replies.out_of_hours_pause_ms = value.span_ms(),
)
.labelled("営業時間外の応答の間隔", "Pause between answers out of hours");
pub(super) const IN_GROUPS: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "answer_groups",
    Shape::Flag,
    &[Form {
        written: "on|off",
        means: Bilingual {
            japanese: "キーワード応答と営業時間外の応答を、グループと複数人トークでも返します",
            english: "groups and rooms get the answers to keywords and out of hours, too",
        },
    }],
    |settings| Some(SettingValue::Flag(settings.auto_replies.in_groups)),
    |settings, value| settings.auto_replies.in_groups = value.is_on(),
)
.labelled("グループでの自動応答", "Automatic answers in groups");
