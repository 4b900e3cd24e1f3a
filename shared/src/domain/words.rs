//! What was said or done, in words for people.

pub mod channel_values;
pub mod connecting;
pub mod crm_inbox;
pub mod disconnecting;
pub mod findings;
pub mod leaving;
pub mod login_steps;
mod outcomes;
pub mod provider;
pub mod quota;

use super::account_link::{LINK_DATA, UNLINK_DATA};
use super::activity::{Activity, Content, Media, Speaker};
use super::file::FileLoss;
use super::language::Language;
use super::operator::OperatorName;
use super::settings::Bilingual;
use super::shown::name;

pub use self::outcomes::{ended, no_consent, outcome_words, reason, refused_here};

/// The same in two languages.
const fn both(japanese: &'static str, english: &'static str) -> Bilingual {
    Bilingual { japanese, english }
}

/// One activity's words, plain text, as they stand in properties and tasks.
pub fn of(content: &Content, language: Language) -> String {
    match content {
        Content::Text { text } => text.clone(),
        Content::Sticker { package_id, sticker_id, keywords, text } => {
            sticker(package_id, sticker_id, keywords, text.as_deref(), language)
        }
        Content::Media { media, name: file, size_bytes, duration_ms, url } => {
            media_words(*media, file.as_deref(), *size_bytes, *duration_ms, url.as_deref(), language)
        }
        Content::Location { title, address, latitude, longitude } => {
            let place = [title, address].into_iter().flatten().map(|part| name(part)).collect::<Vec<_>>().join(" ");
            let label = language.pick("位置情報", "Location");
            // Google's documented Maps URL needs no key.
            format!("[{label}] {place} https://www.google.com/maps/search/?api=1&query={latitude},{longitude}")
        }
        Content::Postback { data, .. } if data == LINK_DATA => {
            format!("[{}]", language.pick("アカウント連携のボタンをタップ", "Tapped “Link my account”"))
        }
        Content::Postback { data, .. } if data == UNLINK_DATA => {
            format!("[{}]", language.pick("連携解除のボタンをタップ", "Tapped “Unlink”"))
        }
        Content::Postback { data, params } => {
            let label = language.pick("ボタンのタップ", "Tapped a button");
            match params {
                Some(params) => format!("[{label}] {data} ({params})"),
                None => format!("[{label}] {data}"),
            }
        }
        Content::Rich { alt_text } => format!("[{}] {alt_text}", language.pick("リッチなメッセージ", "Rich message")),
        Content::Follow { unblocked: None | Some(false) } => {
            language.pick("友だちに追加しました", "Added as a friend").to_owned()
        }
        Content::Follow { unblocked: Some(true) } => language.pick("ブロックを解除しました", "Unblocked").to_owned(),
        Content::Unfollow => language.pick("ブロックしました", "Blocked").to_owned(),
        Content::Edited { text } => format!("[{}] {text}", language.pick("編集後", "Edited")),
        Content::NotSent { outcome, note } => {
            format!("[{}: {}]", language.pick("送信できませんでした", "Not sent"), ended(*outcome, *note, language))
        }
        Content::Unsent => language.pick("メッセージの送信を取り消しました", "Unsent a message").to_owned(),
        Content::Other { what } => format!("[{}]", what.words(language)),
        Content::Unsupported { what } => {
            let label = language.pick("Musubiが対応していない種類です", "Musubi does not support this kind");
            format!("[{label}: {what}]")
        }
    }
}

/// Stands behind the line of a message whose file the CRM does not have.
pub fn file_loss(why: FileLoss, language: Language) -> &'static str {
    match why {
        FileLoss::Gone => {
            language.pick("（LINEに残っていないため、保存できませんでした）", " (not saved: LINE has it no more)")
        }
        FileLoss::TooLarge => {
            language.pick("（300 MBを超えるため、保存していません）", " (not saved: larger than 300 MB)")
        }
        FileLoss::Refused => {
            language.pick("（CRMに受け付けられず、保存できませんでした）", " (not saved: the CRM did not take it)")
        }
        FileLoss::NotAllowed => language.pick(
            "（CRMでファイルの権限が許可されていないため、保存していません）",
            " (not saved: the CRM has not allowed files)",
        ),
    }
}

/// Stands where the CRM did not take a message's words.
pub fn withheld(language: Language) -> &'static str {
    language.pick(
        "[このメッセージの内容はCRMに受け付けられませんでした。Musubiの管理者がデッドレターから戻せます]",
        "[The CRM did not take this message's words. Whoever runs Musubi can bring them back from the dead letters.]",
    )
}

/// Who spoke, where the person's own name is not known.
pub fn speaker(speaker: Speaker, language: Language) -> &'static str {
    match speaker {
        Speaker::Person => language.pick("お客さま", "Customer"),
        Speaker::Operator => language.pick("担当者", "Operator"),
        Speaker::Workflow => language.pick("自動送信", "Sent automatically"),
    }
}

/// Which operator spoke.
pub fn operator(called: &OperatorName, language: Language) -> String {
    let (called, label) = (name(called.expose()), speaker(Speaker::Operator, language));
    match language {
        Language::Japanese => format!("{called}（{label}）"),
        Language::English => format!("{called} ({})", label.to_lowercase()),
    }
}

/// Who an activity is by, where the person's own name is not known: by name where it was one of the team.
pub fn said_by(by: Speaker, named: Option<&OperatorName>, language: Language) -> String {
    match (by, named) {
        (Speaker::Operator, Some(called)) => operator(called, language),
        (Speaker::Workflow, Some(called)) => test_by(called, language),
        _ => speaker(by, language).to_owned(),
    }
}

/// That somebody of the team tried a message out.
fn test_by(called: &OperatorName, language: Language) -> String {
    let called = name(called.expose());
    match language {
        Language::Japanese => format!("テスト送信（{called}）"),
        Language::English => format!("Test by {called}"),
    }
}

/// Whether an activity is a message that waits for an answer.
pub fn is_question(activity: &Activity) -> bool {
    activity.speaker == Speaker::Person && activity.message.is_some()
}

/// A sticker in short, for whoever sees its picture, or would.
pub fn sticker_in_short(content: &Content, language: Language) -> Option<String> {
    let Content::Sticker { package_id, sticker_id, keywords, text } = content else { return None };
    Some(short_sticker(package_id, sticker_id, keywords, text.as_deref(), language))
}

fn sticker(package_id: &str, sticker_id: &str, keywords: &[String], text: Option<&str>, language: Language) -> String {
    let short = short_sticker(package_id, sticker_id, keywords, text, language);
    // The package's page in LINE STORE shows it.
    format!("{short} https://store.line.me/stickershop/product/{package_id}")
}

fn short_sticker(
    package_id: &str,
    sticker_id: &str,
    keywords: &[String],
    text: Option<&str>,
    language: Language,
) -> String {
    let label = language.pick("スタンプ", "Sticker");
    let mut words =
        text.into_iter().chain(keywords.iter().take(5).map(String::as_str)).map(name).collect::<Vec<_>>().join(", ");
    if !words.is_empty() {
        words.push(' ');
    }
    format!("[{label}] {words}({package_id}/{sticker_id})")
}

fn media_words(
    media: Media,
    file: Option<&str>,
    size_bytes: Option<u64>,
    duration_ms: Option<u64>,
    url: Option<&str>,
    language: Language,
) -> String {
    let label = match media {
        Media::Image => language.pick("画像", "Picture"),
        Media::Video => language.pick("動画", "Video"),
        Media::Audio => language.pick("音声", "Audio"),
        Media::File => language.pick("ファイル", "File"),
    };
    let mut words = format!("[{label}]");
    for part in
        [file.map(name), size_bytes.map(size), duration_ms.map(|ms| seconds(ms, language)), url.map(str::to_owned)]
            .into_iter()
            .flatten()
    {
        words.push(' ');
        words.push_str(&part);
    }
    words
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} KB", bytes / 1_024),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

fn seconds(ms: u64, language: Language) -> String {
    let seconds = ms.div_ceil(1000);
    match language {
        Language::Japanese => format!("{seconds}秒"),
        Language::English => format!("{seconds} s"),
    }
}
