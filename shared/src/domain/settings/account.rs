//! A CRM account's settings.

use super::{Bilingual, Form, Setting, SettingFault, SettingValue, Settings, Shape};
use crate::domain::account::{CrmAccount, CrmAccountKey, CrmKind, TimelineSurface, UnfilledTokens};
use crate::domain::consent::Consent;
use crate::domain::ids::{CrmAccountId, CrmAppId};
use crate::domain::language::Language;

/// Before the type of app events.
pub(super) const APP_EVENTS: &str = "app_events:";

/// A CRM account's.
pub static ACCOUNT: Settings<CrmAccount> = Settings {
    all: &[TOKEN_PROPERTIES, UNFILLED_TOKENS, CONSENT, SURFACE],
    new: || {
        let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("") };
        CrmAccount::new(key, CrmAppId::new(""), Language::default(), "UTC")
    },
    unknown: |_, _| SettingFault::Unknown,
    each: |_| Ok(()),
    whole: |account| match &account.consent {
        Some(consent) if !account.asks_for(&consent.property) => Err(NOT_ASKED_FOR),
        _ => Ok(()),
    },
};

const NOT_ASKED_FOR: SettingFault = SettingFault::refused(
    "consent のプロパティーは token_properties にも必要です。先に musubi hubspot project --token-properties でプロパティーを加え、プロジェクトをアップロードしてください。",
    "The property of consent must be among token_properties, too. Add it with musubi hubspot project --token-properties first, and upload the project.",
);

const UNFILLED: [(&str, UnfilledTokens); 2] = [("refuse", UnfilledTokens::Refuse), ("send", UnfilledTokens::Send)];

const TOKEN_PROPERTIES: Setting<CrmAccount> = Setting::<CrmAccount>::new(
    "token_properties",
    Shape::Properties,
    &[Form {
        written: "a,b",
        means: Bilingual {
            japanese: "差し込みで使えるコンタクトのプロパティーを、通常のものに加えて指定します。アプリのアクションでも同じ指定が\n\
                       必要です（hubspot project --token-properties を参照）",
            english: "tokens in messages may stand for these contact properties, beside the usual ones; the app's action must\n\
                      ask for the same: see hubspot project --token-properties",
        },
    }],
    |account| Some(SettingValue::Texts(account.token_properties.iter().cloned().collect())),
    |account, value| account.token_properties = value.texts().into_iter().collect(),
)
.labelled("追加の差し込み", "more tokens");
const UNFILLED_TOKENS: Setting<CrmAccount> = Setting::<CrmAccount>::new(
    "unfilled_tokens",
    Shape::Choice(&["refuse", "send"]),
    &[
        Form {
            written: "refuse",
            means: Bilingual {
                japanese: "値が入らなかったHubSpotの差し込み（{{ contact.firstname }}）があるメッセージは送りません",
                english: "a message with HubSpot's token that nobody filled in ({{ contact.firstname }}) is refused",
            },
        },
        Form {
            written: "send",
            means: Bilingual {
                japanese: "……書かれたまま送ります", english: "... is sent as it is written"
            },
        },
    ],
    |account| Some(SettingValue::named(&UNFILLED, account.unfilled_tokens)),
    |account, value| account.unfilled_tokens = value.choice(&UNFILLED),
)
.labelled("値のない差し込み", "unfilled tokens")
.refusing("unfilled_tokens には refuse か send を指定してください。", "unfilled_tokens takes refuse or send.");
const CONSENT: Setting<CrmAccount> = Setting::<CrmAccount>::new(
    "consent",
    Shape::Consent,
    &[
        Form {
            written: "none",
            means: Bilingual {
                japanese: "同意を確認せずに送信します", english: "nobody's consent is looked for"
            },
        },
        Form {
            written: "PROPERTY:VALUE",
            means: Bilingual {
                japanese: "コンタクトのプロパティーがこの値でなければ、ワークフローのマーケティング配信を送信しません（結果は no_consent）。\n\
                           複数選択のプロパティーでは、値の1つであれば送信します。アクションの「purpose」がserviceの送信は対象外です。\n\
                           プロパティーは token_properties にも必要です。例：hs_legal_basis:Freely given consent from contact",
                english: "a workflow sends marketing only where the contact's property has this value, or has it among its choices;\n\
                          else it ends as no_consent. What says service in “purpose” is sent anyway. The property must be among\n\
                          token_properties. For instance hs_legal_basis:Freely given consent from contact",
            },
        },
    ],
    |account| Some(SettingValue::of_text(account.consent.as_ref().map(Consent::written).as_ref())),
    |account, value| account.consent = value.text().as_deref().and_then(Consent::read),
)
.labelled("マーケティング配信に必要な同意", "consent for marketing")
.refusing(
    "consent には プロパティーの内部名:値、または none を指定してください（例：hs_legal_basis:Freely given consent from contact）。",
    "consent takes a property's internal name, a colon and a value, or none: hs_legal_basis:Freely given consent from contact.",
);
const SURFACE: Setting<CrmAccount> = Setting::<CrmAccount>::new(
    "surface",
    Shape::Surface,
    &[
        Form {
            written: "notes",
            means: Bilingual {
                japanese: "会話をメモとして書き込みます",
                english: "conversations are written as notes",
            },
        },
        Form {
            written: "app_events:TYPE",
            means: Bilingual {
                japanese: "会話をこの種類（HubSpotの fullyQualifiedName）のアプリイベントとして書き込みます。送信が取り消されても、\n\
                           書き込んだイベントは変更できません。HubSpotの承認が必要です（hubspot project --app-events を参照）",
                english: "... as app events of this type (HubSpot's fullyQualifiedName): nobody can change them any more, not even\n\
                          for a message that is taken back. They need HubSpot's approval; see hubspot project --app-events",
            },
        },
    ],
    |account| {
        Some(SettingValue::Text(match &account.surface {
            TimelineSurface::Notes => "notes".to_owned(),
            TimelineSurface::AppEvents { event_type } => format!("{APP_EVENTS}{event_type}"),
        }))
    },
    |account, value| {
        let event_type = value.text().and_then(|text| text.strip_prefix(APP_EVENTS).map(str::to_owned));
        account.surface =
            event_type.map_or(TimelineSurface::Notes, |event_type| TimelineSurface::AppEvents { event_type });
    },
)
.labelled("会話の記録先", "conversations as")
.refusing(
    "surface には notes か app_events:イベントタイプの完全修飾名 を指定してください。",
    "surface takes notes or app_events: and the event type's fully qualified name.",
);
