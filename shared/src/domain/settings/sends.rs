//! What becomes of an Official Account's sends, and who gets its tests: the settings.

use super::{Bilingual, Form, Setting, SettingValue, Shape};
use crate::domain::channel::{ChannelSettings, WithoutQuota};
use crate::domain::ids::ContactId;
use crate::domain::opening_hours::OpeningHours;

const WITHOUT: [(&str, WithoutQuota); 2] = [("refuse", WithoutQuota::Refuse), ("hold", WithoutQuota::Hold)];

pub(super) const WITHOUT_QUOTA: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "without_quota",
    Shape::Choice(&["refuse", "hold"]),
    &[
        Form {
            written: "refuse",
            means: Bilingual {
                japanese: "今月の通数が残っていないワークフローの送信は、送信せずに終わります（結果は no_quota）",
                english: "a workflow's send for which no messages of the month are left ends as no_quota",
            },
        },
        Form {
            written: "hold",
            means: Bilingual {
                japanese: "……翌月に持ち越し、1日の午前9時（日本時間）から送信します。それまでにrefuseに戻すと、送信しません",
                english: "... is held, and goes out on the next month's first day from 9:00 in Japan; set back to refuse before that, it\n\
                          does not",
            },
        },
    ],
    |settings| Some(SettingValue::named(&WITHOUT, settings.without_quota)),
    |settings, value| settings.without_quota = value.choice(&WITHOUT),
)
.labelled("今月の通数が残っていない送信", "Sends without messages left")
.refusing("without_quota には refuse か hold を指定してください。", "without_quota takes refuse or hold.");

pub(super) const SEND_HOURS: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "send_hours",
    Shape::Hours,
    &[Form {
        written: "HOURS|none",
        means: Bilingual {
            japanese: "ワークフローからの送信を始める時間帯（HubSpotアカウントのタイムゾーン。例：daily 08:00-21:00）。それ以外の時間に要求された\n\
                       送信は、次の時間帯が始まるまで待ちます。purposeがserviceの送信と担当者の返信は、いつでも送信します",
            english: "when what workflows send may begin to go out, by the HubSpot account's time zone, such as daily 08:00-21:00;\n\
                      at other times it waits for the next. What says service in purpose, and what your team says, goes at any time",
        },
    }],
    |settings| Some(SettingValue::of_text(settings.send_hours.as_ref().map(ToString::to_string).as_ref())),
    |settings, value| settings.send_hours = value.text().as_deref().and_then(OpeningHours::read),
)
.labelled("送信時間帯", "Sending hours")
.refusing(
    "send_hours は「daily 08:00-21:00」や「mon-fri 10:00-18:00, sat 10:00-15:00」の形式、または none で指定してください。",
    "send_hours is written like “daily 08:00-21:00” or “mon-fri 10:00-18:00, sat 10:00-15:00”, or none.",
);

/// More than a team needs; each costs a message of the month.
const MOST_TESTERS: usize = 10;

pub(super) const TESTERS: Setting<ChannelSettings> = Setting::<ChannelSettings>::new(
    "testers",
    Shape::Contacts { most: MOST_TESTERS },
    &[Form {
        written: "ID,...|none",
        means: Bilingual {
            japanese: "テスト送信の宛先にするコンタクトのID（カンマ区切りで10件まで）。LINEと連携済みのコンタクトに届きます",
            english: "the contacts, by ID, to whom test sends go (at most 10, separated by commas); who is linked to LINE gets them",
        },
    }],
    |settings| Some(SettingValue::Texts(settings.testers.iter().map(|id| id.as_str().to_owned()).collect())),
    |settings, value| settings.testers = value.texts().into_iter().map(ContactId::new).collect(),
)
.labelled("テスト送信の宛先", "Testers")
.refusing(
    "testers には、コンタクトIDをカンマ区切りで10件まで、または none を指定してください。",
    "testers are the IDs of at most 10 contacts, separated by commas, or none.",
);
