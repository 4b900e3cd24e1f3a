//! What erasing a person removed, in words.

use musubi::flow::erase::Receipt;

use crate::say::Say;
use crate::table::facts;

/// The receipt for people. No name, no words, no LINE user ID is in it.
pub fn words(receipt: &Receipt, say: &Say) -> String {
    let mut lines = vec![if receipt.is_empty() {
        say.pick("残っているものはありませんでした。", "Nothing was left.").to_owned()
    } else {
        format!("{}\n{}", say.pick("削除しました。", "Removed."), facts(&counts(receipt, say)))
    }];
    let left = &receipt.left;
    if let Some(contact) = &left.contact {
        let words = say.pick(
            "コンタクト（LINEプロパティーは1分ほどで空になります）",
            "the contact (its LINE properties are emptied within about a minute)",
        );
        lines.push(format!("{}\n{words}: {contact}", say.pick("CRMに残るもの：", "Left in the CRM:")));
    } else if !left.notes.is_empty() || left.task.is_some() {
        lines.push(say.pick("CRMに残るもの：", "Left in the CRM:").to_owned());
    }
    if !left.notes.is_empty() {
        let notes: Vec<&str> = left.notes.iter().map(|note| note.as_str()).collect();
        let words = say.pick(
            "過去60日のメモ（それより古いものもコンタクトにあります）",
            "notes of the last 60 days (older ones are at the contact, too)",
        );
        lines.push(format!("{words}: {}", notes.join(" ")));
    }
    lines.extend(left.task.as_ref().map(|task| format!("{}: {task}", say.pick("タスク", "the task"))));
    if receipt.erased_at_ms.is_some() {
        lines.push(
            say.pick(
                "送信中のメッセージは、次に処理されるとき（通常15分以内）に終了し、本文も消えます。キューにある以前の受信や送信は、届いても記録・送信されません。",
                "A send under way ends when it comes by next, usually within 15 minutes, and its text goes. What is in queues from before is neither recorded nor sent.",
            )
            .to_owned(),
        );
    }
    lines.join("\n")
}

fn counts<'a>(receipt: &Receipt, say: &'a Say) -> Vec<(&'a str, String)> {
    receipt.removed.counts().map(|(what, count)| (what.of(say.language), count.to_string())).collect()
}
