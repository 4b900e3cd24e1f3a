//! What whoever wrote a message in the CRM's inbox reads beside it, where it did not reach the person; what stands with people's files
//! there; and what whoever gives up an Official Account's place there reads before and after.

use super::outcomes::ended;
use crate::domain::crm_inbox::InboxEnd;
use crate::domain::language::Language;
use crate::domain::push::{PushOutcome, SettlementNote};

/// Why a message from the inbox was not sent: who refused, why, what to do there. Nobody is sent to a workflow.
pub fn not_sent(outcome: PushOutcome, note: Option<SettlementNote>, language: Language) -> String {
    let (japanese, english) = match (outcome, note) {
        (PushOutcome::NoQuota, _) => (
            "LINEで今月送信できるメッセージの通数が残っていないため、送信しませんでした。相手からメッセージが届いた直後の返信は、通数を使わずに送れます。",
            "No LINE messages are left this month, so it was not sent. Soon after the person writes, an answer is free of charge.",
        ),
        (PushOutcome::NotLinked, _) => (
            "Musubiは送信しませんでした。この相手は、LINEの友だちとして連携されていません。連携が解除されたか、Musubiで消去されています。",
            "Musubi did not send it: this person is linked to nobody on LINE. They were unlinked, or erased in Musubi.",
        ),
        (PushOutcome::Unknown, _) => (
            "LINEの応答がなく、届いたかどうかを確認できません。LINE Official Account Managerのチャットで確認し、Musubiのコンソールで結果を登録してください。届いていなければ、もう一度書いてください。",
            "LINE did not answer, so it cannot be known whether it was shown. Look at the chat in LINE Official Account Manager and say so in Musubi's console. Where it was not shown, write it again.",
        ),
        (PushOutcome::Expired, _) => (
            "Musubiは送信しませんでした。LINEが長い時間受け付けず、相手には届いていません。まだ必要な場合は、もう一度書いてください。",
            "Musubi did not send it: LINE did not take it for a long time, and the person has not seen it. Write it again if it is still wanted.",
        ),
        (PushOutcome::InvalidMessage, None | Some(SettlementNote::BadMessage | SettlementNote::TooLarge)) => (
            "LINEで表示できないメッセージのため、送信しませんでした。内容を確認し、もう一度書いてください。",
            "It was not sent: LINE cannot show a message like this. Check what it says, and write it again.",
        ),
        (_, Some(SettlementNote::UnknownChannel)) => (
            "Musubiは送信しませんでした。このLINE公式アカウントは、受信トレイに接続されていません。Musubiの管理者に確認してください。",
            "Musubi did not send it: this Official Account is not connected to the inbox any more. Ask whoever runs Musubi.",
        ),
        _ => return ended(outcome, note, language),
    };
    language.pick(japanese, english).to_owned()
}

/// Stands behind a message whose file is not there yet.
pub fn file_follows(language: Language) -> &'static str {
    language
        .pick("（ファイルは保存中です。保存が終わると、このあとに表示します）", " (its file follows once it is saved)")
}

/// Stands behind a message whose file the inbox does not show.
pub fn file_not_shown(language: Language) -> &'static str {
    language.pick(
        "（受信トレイにはファイルを表示できません。HubSpotの「ファイル」に保存されています）",
        " (the inbox does not show its file, which is saved among HubSpot's files)",
    )
}

/// Stands with a file that came behind its message.
pub fn file_came_late(language: Language) -> &'static str {
    language.pick(
        "（前に届いたメッセージのファイルです。保存に時間がかかりました）",
        " (the file of an earlier message; it took a while to save)",
    )
}

/// What will become of an Official Account's place in the inbox.
pub fn closes(language: Language) -> &'static str {
    language.pick(
        "HubSpotの受信トレイへの接続も解除します。これまでの会話は受信トレイに残りますが、受信トレイから新しいメッセージは送れなくなります。",
        "Its place in HubSpot's inbox is closed. What was said stays there, and nothing new can be sent from there.",
    )
}

/// What became of it, and what is to be done. `None`: there is nothing to be said.
pub fn closed(end: InboxEnd, language: Language) -> Option<&'static str> {
    Some(match end {
        InboxEnd::NotThere => return None,
        InboxEnd::Closed => language.pick(
            "HubSpotの受信トレイへの接続を解除しました。これまでの会話は受信トレイに残っています。",
            "Its place in HubSpot's inbox is closed. What was said is still there.",
        ),
        InboxEnd::Refused => language.pick(
            "HubSpotが許可しなかったため、受信トレイへの接続を解除できませんでした。HubSpotの受信トレイの設定を開き、チャネルの一覧からLINEを削除してください。削除するまでの間に受信トレイで書いたメッセージは、LINEには届きません。",
            "HubSpot did not let its place in the inbox be closed. Open the inbox's settings in HubSpot, and take LINE out of its channels. Until then, what is written in the inbox does not reach LINE.",
        ),
        InboxEnd::Unknown => language.pick(
            "HubSpotから応答がないため、受信トレイへの接続を解除できたか確認できませんでした。HubSpotの受信トレイの設定を開き、チャネルの一覧にLINEが残っている場合は削除してください。受信トレイで書いたメッセージは、LINEには届きません。",
            "HubSpot did not answer, so it is not known whether its place in the inbox is closed. Open the inbox's settings in HubSpot, and take LINE out of its channels if it is still there. What is written in the inbox does not reach LINE.",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_who_writes_in_the_inbox_is_sent_to_a_workflow_or_a_command_line() {
        let notes = [None, Some(SettlementNote::NeverTaken), Some(SettlementNote::UnknownChannel)];
        let ends = PushOutcome::ALL.into_iter().filter(|outcome| *outcome != PushOutcome::Queued);
        for (outcome, note) in ends.flat_map(|outcome| notes.map(|note| (outcome, note))) {
            if note == Some(SettlementNote::NeverTaken) && outcome != PushOutcome::Expired {
                continue;
            }
            for language in [Language::Japanese, Language::English] {
                let words = not_sent(outcome, note, language);
                for foreign in ["ワークフロー", "enrol", "musubi ", "reason"] {
                    assert!(!words.contains(foreign), "{outcome:?} {note:?}: {words}");
                }
            }
        }
    }
}
