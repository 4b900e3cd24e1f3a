//! What is wrong with a value that was pasted, in words. The menus are those of the LINE Developers Console.

use crate::domain::channel_values::{Field, ID_DIGITS, LoginRefusal, SECRET_CHARS, TryRefusal, ValueFault};
use crate::domain::language::Language;

/// What is wrong, and where the right value is. The value itself is not repeated.
pub fn of(field: Field, fault: ValueFault, language: Language) -> String {
    let wrong = wrong(field, fault, language);
    let place = place(field, language);
    match (fault, language) {
        (ValueFault::Spaces | ValueFault::Brackets, _) => wrong,
        (_, Language::Japanese) => format!("{wrong}{place}"),
        (_, Language::English) => format!("{wrong} {place}"),
    }
}

/// Why it cannot be connected.
pub fn refused(refusal: TryRefusal, language: Language) -> &'static str {
    match refusal {
        TryRefusal::Refused => language.pick(
            "LINEがこのチャネルIDとチャネルシークレットの組み合わせを受け付けませんでした。同じチャネルのものか、再発行されていないかを確認してください。何も保存していません。",
            "LINE refuses this channel ID and channel secret together. Check that both are of the same channel, and that the secret was not reissued. Nothing was stored.",
        ),
        TryRefusal::NoMessagingApi => language.pick(
            "このチャネルではMessaging APIを使用できません。LINEログインのチャネルではなく、Messaging APIのチャネルのIDとシークレットを指定してください。削除されたチャネルでもこのエラーになります。何も保存していません。",
            "This channel has no Messaging API. Take ID and secret of the Messaging API channel, not of the LINE Login channel; a deleted channel answers the same. Nothing was stored.",
        ),
        TryRefusal::IsLogin => language.pick(
            "これは、接続済みの公式アカウントで使っているLINEログインのチャネルです。Messaging APIのチャネルのIDとシークレットを指定してください。何も保存していません。",
            "This is the LINE Login channel of an Official Account that is connected. Take ID and secret of the Messaging API channel. Nothing was stored.",
        ),
        TryRefusal::TokenRefused => language.pick(
            "LINEがチャネルアクセストークンを受け付けませんでした。［Messaging API設定］で再発行して、もう一度お試しください。何も保存していません。",
            "LINE refuses the channel access token. Reissue it under Messaging API, then try again. Nothing was stored.",
        ),
        TryRefusal::TokenOfAnother => language.pick(
            "チャネルアクセストークンは別の公式アカウントのものです。何も保存していません。",
            "The channel access token belongs to another Official Account. Nothing was stored.",
        ),
        TryRefusal::Elsewhere => language.pick(
            "このチャネルは別のCRMアカウントに接続されています。先にそちらで接続を解除してください。何も保存していません。",
            "This channel is connected to another CRM account. Disconnect it there first. Nothing was stored.",
        ),
        TryRefusal::Leaving => language.pick(
            "このチャネルは接続の解除の途中です。概要の画面から（または musubi channel remove で）解除を終えてから、もう一度接続してください。何も保存していません。",
            "This channel is being disconnected. Finish that on the overview (or with musubi channel remove), then connect it again. Nothing was stored.",
        ),
    }
}

/// Why LINE Login cannot be set up so.
pub fn login_refused(refusal: LoginRefusal, language: Language) -> &'static str {
    match refusal {
        LoginRefusal::SameId => language.pick(
            "Messaging APIのチャネルIDが指定されています。LINEログインは別のチャネルです。同じプロバイダーの「LINEログイン」チャネルのチャネルIDを指定してください。",
            "This is the Messaging API channel's ID. LINE Login is a channel of its own: give the ID of the LINE Login channel of the same provider.",
        ),
        LoginRefusal::SameSecret => language.pick(
            "Messaging APIのチャネルシークレットが入力されています。LINEログインのチャネルを開き、［チャネル基本設定］＞［チャネルシークレット］をコピーしてください。",
            "This is the Messaging API channel's secret. Open the LINE Login channel and copy its own: Basic settings > Channel secret.",
        ),
        LoginRefusal::IsMessagingApi => language.pick(
            "これはMessaging APIのチャネルです。同じプロバイダーの「LINEログイン」チャネルのIDとシークレットを指定してください。何も保存していません。",
            "This is a Messaging API channel. Give ID and secret of the LINE Login channel of the same provider. Nothing was stored.",
        ),
        LoginRefusal::Refused => language.pick(
            "LINEがこのチャネルIDとチャネルシークレットの組み合わせを受け付けませんでした。どちらも同じLINEログインのチャネルのものか、再発行されていないかを確認してください。何も保存していません。",
            "LINE refuses this channel ID and channel secret together. Check that both are of the same LINE Login channel, and that the secret was not reissued. Nothing was stored.",
        ),
        LoginRefusal::NoSecrets => language.pick(
            "この公式アカウントのチャネルシークレットが保存されていません。先に公式アカウントを接続してください。",
            "The Official Account's own channel secret is not stored. Connect the Official Account first.",
        ),
        LoginRefusal::Liff => language.pick(
            "LINEがLIFFアプリの作成を受け付けませんでした。公開URLがhttps://で始まること、LIFFアプリが30件に達していないことを確認してください。何も保存していません。",
            "LINE refuses the LIFF app. Check that the public URL begins with https:// and that the channel has fewer than 30 LIFF apps. Nothing was stored.",
        ),
    }
}

fn name(field: Field, language: Language) -> &'static str {
    match field {
        Field::Id => language.pick("チャネルID", "channel ID"),
        Field::Secret => language.pick("チャネルシークレット", "channel secret"),
        Field::Token => language.pick("チャネルアクセストークン（長期）", "channel access token (long-lived)"),
    }
}

/// Where the value is.
fn place(field: Field, language: Language) -> &'static str {
    match field {
        Field::Id => language.pick(
            "LINE Developersコンソールの［チャネル基本設定］＞［チャネルID］をコピーしてください。",
            "Copy it from the LINE Developers Console: Basic settings > Channel ID.",
        ),
        Field::Secret => language.pick(
            "LINE Developersコンソールの［チャネル基本設定］＞［チャネルシークレット］をコピーしてください。",
            "Copy the secret from the LINE Developers Console: Basic settings > Channel secret.",
        ),
        Field::Token => language.pick(
            "LINE Developersコンソールの［Messaging API設定］＞［チャネルアクセストークン（長期）］をコピーしてください。",
            "Copy it from the LINE Developers Console: Messaging API > Channel access token (long-lived).",
        ),
    }
}

fn wrong(field: Field, fault: ValueFault, language: Language) -> String {
    let name = name(field, language);
    let instead = |japanese: &str, english: &str| match language {
        Language::Japanese => format!("{name}の代わりに{japanese}が入力されています。"),
        Language::English => format!("This is {english}, not the {name}."),
    };
    let said = |japanese: String, english: String| match language {
        Language::Japanese => japanese,
        Language::English => english,
    };
    match fault {
        ValueFault::Missing => said("何も入力されていません。".into(), "Nothing was entered.".into()),
        ValueFault::Swapped => said(
            "チャネルIDとチャネルシークレットが逆に入力されています。".into(),
            "The channel ID and the channel secret stand in each other's place.".into(),
        ),
        ValueFault::Same => said(
            "チャネルIDとチャネルシークレットに同じ値が入力されています。".into(),
            "The same was entered for the channel ID and for the channel secret.".into(),
        ),
        ValueFault::IsId => instead("チャネルID", "a channel ID"),
        ValueFault::IsSecret => instead("チャネルシークレット", "a channel secret"),
        ValueFault::IsToken => instead("チャネルアクセストークン", "a channel access token"),
        ValueFault::IsUserId => {
            instead("「あなたのユーザーID」などのLINEユーザーID", "a LINE user ID, such as “Your user ID”")
        }
        ValueFault::IsBasicId => instead("ベーシックID（@で始まるID）", "a basic ID, which begins with @"),
        ValueFault::IsPersonal => said(
            "個人のLINEアカウントのIDやメールアドレスでは接続できません。接続できるのはLINE公式アカウントだけです。"
                .into(),
            "A personal LINE account, by its ID or e-mail address, cannot be connected: only an Official Account can."
                .into(),
        ),
        ValueFault::Spaces => said(
            format!("{name}の途中に空白が含まれています。空白を除いて、もう一度コピーしてください。"),
            format!("The {name} has spaces in it. Copy it again without them."),
        ),
        ValueFault::Brackets => said(
            format!("{name}に「]」などの記号が含まれています。記号を除いて、もう一度コピーしてください。"),
            format!("The {name} has a stray “]” or the like in it. Copy it again without."),
        ),
        ValueFault::FullWidth => said(
            format!("{name}に全角文字が含まれています。半角で入力します。"),
            format!("The {name} has full-width characters in it; it is written in half-width ones."),
        ),
        ValueFault::Characters => match field {
            Field::Id => said(
                "チャネルIDに半角数字以外の文字が含まれています。".into(),
                "The channel ID has characters other than digits.".into(),
            ),
            Field::Secret => said(
                "チャネルシークレットに半角の0～9とa～f以外の文字が含まれています。".into(),
                "The channel secret has characters other than 0-9 and a-f.".into(),
            ),
            Field::Token => said(
                "チャネルアクセストークンの形式が正しくありません。".into(),
                "This is no channel access token.".into(),
            ),
        },
        ValueFault::Length(found) => {
            let (expected, digits) = match field {
                Field::Id => (ID_DIGITS, language.pick("桁", "digits")),
                _ => (SECRET_CHARS, language.pick("文字", "characters")),
            };
            said(
                format!("{name}は{expected}{digits}ですが、{found}{digits}が入力されています。"),
                format!("The {name} has {expected} {digits}; this has {found}."),
            )
        }
    }
}
