//! How a send ended, in words: who refused it, why, and what to do.

use crate::domain::consent::Consent;
use crate::domain::language::Language;
use crate::domain::push::{PushOutcome, Settlement, SettlementNote};

/// The reason that a workflow shows: who refused, why, and what to do.
pub fn reason(settlement: &Settlement, language: Language) -> String {
    ended(settlement.outcome, settlement.note, language)
}

/// How a send ended, where no more than the outcome is known.
pub fn outcome_words(outcome: PushOutcome, language: Language) -> &'static str {
    let (japanese, english) = match outcome {
        PushOutcome::Accepted => ("LINEが受け付けました。", "LINE accepted it."),
        PushOutcome::Blocked => (
            "Musubiは送信しませんでした。相手がこの公式アカウントをブロックしています。メールや電話など、ほかの方法で連絡してください。",
            "Musubi did not send it: the person has blocked this Official Account. Reach them another way.",
        ),
        PushOutcome::NotLinked => (
            "Musubiは送信しませんでした。このコンタクトはLINEの友だちと連携されていません。相手からのメッセージを待つか、「line_user_id」を入力してください。",
            "Musubi did not send it: this contact is not linked to a person on LINE. Let the person write first, or fill in “line_user_id”.",
        ),
        PushOutcome::NoConsent => (
            "Musubiは送信しませんでした。このコンタクトには、設定「consent」で指定した同意がありません。同意を得てコンタクトに記録するか、手続きの連絡など同意のいらない送信なら「purpose」でserviceを選んでください。",
            "Musubi did not send it: this contact has not given the consent that the setting “consent” asks for. Record it on the contact once it is given; or choose service in “purpose”, where none is needed.",
        ),
        PushOutcome::WrongProvider => (
            "LINEが受け付けませんでした。このLINEユーザーIDは、この公式アカウントとは別のプロバイダーのものです。同じプロバイダーのIDを使ってください。",
            "LINE refused it: this LINE user ID belongs to another provider than this Official Account. Use an ID of the same provider.",
        ),
        PushOutcome::InvalidMessage => (
            "LINEが受け付けませんでした。LINEで表示できないメッセージです。メッセージの内容を確認してください。",
            "LINE refused it: it cannot show this message. Check what the message holds.",
        ),
        PushOutcome::NoQuota => (
            "LINEで今月送信できるメッセージの通数が残っていないため、送信しませんでした。LINEのプランを変更するか、来月になってから、もう一度ワークフローに登録してください。",
            "No LINE messages are left this month, so it was not sent. Change the LINE plan or wait for next month, then enrol the contact again.",
        ),
        PushOutcome::Expired => (
            "Musubiは送信しませんでした。送信期限を過ぎていました。まだ必要な場合は、もう一度ワークフローに登録してください。",
            "Musubi did not send it: the time to send it had passed. Enrol the contact again if it is still wanted.",
        ),
        PushOutcome::Unknown => (
            "LINEの応答がなく、届いたかどうかを確認できません。LINE Official Account Managerのチャットで確認し、musubi parked decideで結果を登録してください。",
            "LINE did not answer, so it cannot be known whether it was shown. Look at the chat in LINE Official Account Manager, then say so with musubi parked decide.",
        ),
        PushOutcome::Failed => {
            ("送信できませんでした。Musubiの管理者に確認してください。", "It was not sent. Ask whoever runs Musubi.")
        }
        PushOutcome::Queued => (
            "Musubiが受け付け、送信待ちです。結果は「LINE 最新の送信結果」でご確認ください。",
            "Musubi accepted it and it waits to be sent. How it ends will stand in “LINE last outcome”.",
        ),
    };
    language.pick(japanese, english)
}

/// The same, with what else is known.
pub fn ended(outcome: PushOutcome, note: Option<SettlementNote>, language: Language) -> String {
    match note {
        None => outcome_words(outcome, language).to_owned(),
        // It was sent: the note is about something else.
        Some(note @ SettlementNote::LinkConflict) => {
            format!(
                "{}{}{}",
                outcome_words(outcome, language),
                language.pick("", " "),
                note_words(outcome, note, language)
            )
        }
        Some(note) => note_words(outcome, note, language).to_owned(),
    }
}

/// Why nothing is sent without consent, with what was looked for. `was_told`: the CRM sent a value along, another one.
pub fn no_consent(consent: &Consent, was_told: bool, language: Language) -> String {
    let Consent { property, value } = consent;
    let (japanese, english) = match was_told {
        true => (
            format!("コンタクトのプロパティー「{property}」が「{value}」ではありません。"),
            format!("the contact's property “{property}” is not “{value}”."),
        ),
        false => (
            format!(
                "コンタクトのプロパティー「{property}」に値がありません（「{value}」が必要です）。値があるのにこう表示される場合は、musubi hubspot project --token-properties {property} でプロジェクトを書き出し、アップロードし直してください。"
            ),
            format!(
                "the contact's property “{property}” has no value, and “{value}” is needed. If it has one, write the project again with musubi hubspot project --token-properties {property}, and upload it."
            ),
        ),
    };
    let said = match language {
        Language::Japanese => format!("Musubiは送信しませんでした。同意がありません。{japanese}"),
        Language::English => format!("Musubi did not send it, without consent: {english}"),
    };
    said + language.pick(
        "手続きの連絡など同意のいらない送信なら、「purpose」でserviceを選んでください。",
        " Where none is needed, choose service in “purpose”.",
    )
}

/// A refusal of our own before LINE was asked, with the mistake in words.
pub fn refused_here(mistake: &str, language: Language) -> String {
    format!("{}{mistake}", language.pick("Musubiは送信しませんでした。", "Musubi did not send it. "))
}

fn note_words(outcome: PushOutcome, note: SettlementNote, language: Language) -> &'static str {
    let (japanese, english) = match note {
        SettlementNote::LinkConflict => (
            "ただし、このコンタクトまたはLINEユーザーIDはすでに別の相手と連携されているため、連携は変更していません。musubi questions listで確認し、musubi questions decideで回答してください。",
            "But this contact or this LINE user ID is already linked to another, so the link was left as it is. See musubi questions list, and answer with musubi questions decide.",
        ),
        SettlementNote::Replied => (
            "返信として送信したため、月のメッセージ通数には数えられません。",
            "It went out as a reply, which is not counted in the month's messages.",
        ),
        SettlementNote::Held => (
            "Musubiが受け付けました。LINEで今月送信できるメッセージの通数が残っていないため、翌月に持ち越し、1日の午前9時（日本時間）から送信します。結果は「LINE 最新の送信結果」でご確認ください。",
            "Musubi accepted it. No LINE messages are left this month, so it is held and goes out on the next month's first day from 9:00 in Japan. How it ends will stand in “LINE last outcome”.",
        ),
        SettlementNote::HeldForHours => (
            "Musubiが受け付けました。公式アカウントの送信時間帯（send_hours）外のため、次の時間帯が始まってから送信します。結果は「LINE 最新の送信結果」でご確認ください。",
            "Musubi accepted it. It is outside of the Official Account's sending hours (send_hours), so it goes out when the next begin. How it ends will stand in “LINE last outcome”.",
        ),
        SettlementNote::NotWithinHours => (
            "Musubiは送信しませんでした。公式アカウントの送信時間帯（send_hours）外で、次の時間帯が始まる前に期限（not_after）を迎えるためです。",
            "Musubi did not send it: it was outside of the Official Account's sending hours (send_hours), and “not_after” comes before the next begin.",
        ),
        SettlementNote::TokenRefused => (
            "LINEがチャネルアクセストークンを受け付けませんでした。musubi channel addでチャネルシークレットを登録し直してください。",
            "LINE refused the channel access token. Store the channel secret again with musubi channel add.",
        ),
        SettlementNote::NotAllowed => (
            "LINEが受け付けませんでした。このLINE公式アカウントのプランまたは権限では送信できません。LINE Official Account Managerでプランを確認してください。",
            "LINE refused it: this Official Account's plan or permissions do not allow it. Check the plan in LINE Official Account Manager.",
        ),
        SettlementNote::LineRefused => (
            "LINEが受け付けませんでした。理由は示されていません。「line_request_id」を添えてLINEに問い合わせてください。",
            "LINE refused it without a reason. Ask LINE, with “line_request_id”.",
        ),
        SettlementNote::NeverTaken => (
            "LINEは23時間のあいだ「あとで」と答えるだけで、受け付けませんでした。相手には届いていません。まだ必要な場合は、もう一度ワークフローに登録してください。",
            "LINE only asked to wait for 23 hours and never took it, so it was not shown. Enrol the contact again if it is still wanted.",
        ),
        SettlementNote::NotAgreed => return outcome_words(PushOutcome::NoConsent, language),
        SettlementNote::Decided => match outcome {
            PushOutcome::Accepted => ("届いていることを担当者が確認しました。", "An operator saw that it was shown."),
            _ => ("届いていないことを担当者が確認しました。", "An operator saw that it was not shown."),
        },
        SettlementNote::TooOld
        | SettlementNote::UnknownChannel
        | SettlementNote::TooLarge
        | SettlementNote::BadMessage
        | SettlementNote::NotAContact
        | SettlementNote::WhoseConsent
        | SettlementNote::BadUserId
        | SettlementNote::BadChannel
        | SettlementNote::NoChannel
        | SettlementNote::WhichChannel
        | SettlementNote::BadTag
        | SettlementNote::BadNotAfter
        | SettlementNote::NoExecution
        | SettlementNote::Attached
        | SettlementNote::NotByPerson
        | SettlementNote::BadLength => return refused_by_us(note, language),
    };
    language.pick(japanese, english)
}

/// What Musubi refused before LINE was asked.
fn refused_by_us(note: SettlementNote, language: Language) -> &'static str {
    let (japanese, english) = match note {
        SettlementNote::TooOld => (
            "Musubiは送信しませんでした。受け付けから30日を過ぎていました。まだ必要な場合は、もう一度ワークフローに登録してください。",
            "Musubi did not send it: it had waited for more than 30 days. Enrol the contact again if it is still wanted.",
        ),
        SettlementNote::UnknownChannel => (
            "Musubiは送信しませんでした。この公式アカウントはMusubiに登録されていません。musubi channel addで登録してください。",
            "Musubi did not send it: this Official Account is not set up in Musubi. Add it with musubi channel add.",
        ),
        SettlementNote::TooLarge => (
            "Musubiは送信しませんでした。メッセージが全体で大きすぎます。短くするか、2つのアクションに分けてください。",
            "Musubi did not send it: the messages are too large together. Shorten them, or divide them between two actions.",
        ),
        SettlementNote::NotAContact => (
            "Musubiは送信しませんでした。コンタクト以外のレコードで実行されたため、送信先がわかりません。コンタクトのワークフローで使用するか、「line_user_id」に送信先を指定してください。",
            "Musubi did not send it: the workflow runs on a record that is not a contact, so there is nobody to send to. Use the action in a workflow for contacts, or say in “line_user_id” to whom.",
        ),
        SettlementNote::WhoseConsent => (
            "Musubiは送信しませんでした。だれの同意を確認すればよいかわかりません。コンタクト以外のレコードで実行されたか、このコンタクトまたはLINEユーザーIDが別の相手と連携されています。その人のコンタクトでワークフローを実行してください。",
            "Musubi did not send it: it cannot be told whose consent counts. The workflow runs on a record that is not a contact, or this contact or the LINE user ID is linked to another. Run it on the person's own contact.",
        ),
        SettlementNote::BadUserId => (
            "Musubiは送信しませんでした。「line_user_id」がLINEユーザーID（Uで始まる33文字）ではありません。",
            "Musubi did not send it: “line_user_id” is not a LINE user ID (33 characters that begin with U).",
        ),
        SettlementNote::BadChannel => (
            "Musubiは送信しませんでした。選択されたLINE公式アカウントは、このHubSpotアカウントと連携されていません。「channel」で選び直してください。",
            "Musubi did not send it: the chosen LINE Official Account is not connected to this HubSpot account. Choose another in “channel”.",
        ),
        SettlementNote::NoChannel => (
            "Musubiは送信しませんでした。このHubSpotアカウントと連携しているLINE公式アカウントがありません。musubi channel addで登録してください。",
            "Musubi did not send it: no LINE Official Account is connected to this HubSpot account. Add one with musubi channel add.",
        ),
        SettlementNote::WhichChannel => (
            "Musubiは送信しませんでした。LINE公式アカウントが複数あります。「channel」で送信元を選んでください。",
            "Musubi did not send it: there are several LINE Official Accounts. Choose one in “channel”.",
        ),
        SettlementNote::BadTag => (
            "Musubiは送信しませんでした。「tag」には半角英数字とアンダースコアを30文字以内で入力してください。",
            "Musubi did not send it: “tag” takes at most 30 letters, digits and underscores.",
        ),
        SettlementNote::BadNotAfter => (
            "Musubiは送信しませんでした。「not_after」の日時を読み取れません。アクションの出力「reason」を確認してください。",
            "Musubi did not send it: “not_after” cannot be read as a time. The action's output “reason” says why.",
        ),
        SettlementNote::NoExecution => (
            "Musubiは送信しませんでした。HubSpotがこの実行を識別する番号を送ってこなかったため、二重送信を防げません。もう一度ワークフローに登録してください。",
            "Musubi did not send it: HubSpot did not say which execution this is, so a second send could not be told apart. Enrol the contact again.",
        ),
        SettlementNote::Attached => (
            "Musubiは送信しませんでした。HubSpotの受信トレイから添付ファイルを送ることには、まだ対応していません。本文だけで送り直してください。",
            "Musubi did not send it: files from HubSpot's inbox are not sent yet. Write it again without the file.",
        ),
        SettlementNote::NotByPerson => (
            "Musubiは送信しませんでした。受信トレイから送れるのは、担当者が書いたメッセージだけです。自動のメッセージはワークフローから送ってください。",
            "Musubi did not send it: from the inbox only what a person of the team writes is sent. Let a workflow send automatic messages.",
        ),
        SettlementNote::BadLength => (
            "Musubiは送信しませんでした。LINEのテキストは1文字以上5,000文字以内です。短くするか、分けて送り直してください。",
            "Musubi did not send it: a text on LINE has 1 to 5,000 characters. Shorten it, or write it again in parts.",
        ),
        SettlementNote::BadMessage
        // The rest has words of its own.
        | SettlementNote::LinkConflict
        | SettlementNote::Replied
        | SettlementNote::Held
        | SettlementNote::HeldForHours
        | SettlementNote::NotWithinHours
        | SettlementNote::TokenRefused
        | SettlementNote::NotAllowed
        | SettlementNote::LineRefused
        | SettlementNote::NeverTaken
        | SettlementNote::NotAgreed
        | SettlementNote::Decided => (
            "Musubiは送信しませんでした。LINEで表示できないメッセージです。アクションの出力「reason」に、直す項目が示されています。",
            "Musubi did not send it: LINE cannot show a message like this. The action's output “reason” names the field and the mistake.",
        ),
    };
    language.pick(japanese, english)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: [SettlementNote; 17] = [
        SettlementNote::NotWithinHours,
        SettlementNote::WhoseConsent,
        SettlementNote::NotAContact,
        SettlementNote::TooOld,
        SettlementNote::UnknownChannel,
        SettlementNote::TooLarge,
        SettlementNote::BadMessage,
        SettlementNote::BadUserId,
        SettlementNote::BadChannel,
        SettlementNote::NoChannel,
        SettlementNote::WhichChannel,
        SettlementNote::BadTag,
        SettlementNote::BadNotAfter,
        SettlementNote::NoExecution,
        SettlementNote::Attached,
        SettlementNote::NotByPerson,
        SettlementNote::BadLength,
    ];
    const LINES: [SettlementNote; 4] = [
        SettlementNote::TokenRefused,
        SettlementNote::NotAllowed,
        SettlementNote::LineRefused,
        SettlementNote::NeverTaken,
    ];

    #[test]
    fn what_musubi_refused_is_never_laid_at_lines_door() {
        for note in OURS {
            let (ja, en) =
                [Language::Japanese, Language::English].map(|it| ended(PushOutcome::Failed, Some(note), it)).into();
            assert!(
                ja.starts_with("Musubiは送信しませんでした。") && en.starts_with("Musubi did not send it"),
                "{ja} {en}"
            );
            assert!(!ja.contains("LINEが") && !en.contains("LINE refused"), "{ja} {en}");
        }
        for note in LINES {
            let (ja, en) =
                [Language::Japanese, Language::English].map(|it| ended(PushOutcome::Failed, Some(note), it)).into();
            assert!(ja.starts_with("LINE") && en.starts_with("LINE"), "{ja} {en}");
        }
        let bare = outcome_words(PushOutcome::Failed, Language::English);
        assert!(!bare.contains("LINE"), "nobody is blamed where nobody is known: {bare}");
    }

    #[test]
    fn every_outcome_says_who_and_what_to_do_in_both_languages() {
        for outcome in PushOutcome::ALL {
            let (ja, en) = (outcome_words(outcome, Language::Japanese), outcome_words(outcome, Language::English));
            assert!(ja.ends_with('。') && en.ends_with('.'), "{ja} {en}");
            if outcome != PushOutcome::Accepted {
                assert!(ja.matches('。').count() >= 2 && en.len() > 30, "what to do: {ja} {en}");
            }
        }
    }
}
