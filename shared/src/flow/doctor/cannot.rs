//! What could not be checked, and because of what.

use crate::domain::finding::{About, Fact, Finding};
use crate::domain::settings::Bilingual;
use crate::domain::words::findings::{line, ties};
use crate::ports::PortError;

pub(super) const ACCOUNTS: Bilingual = Bilingual { japanese: "CRMアカウント", english: "The CRM accounts" };
pub(super) const CHANNELS: Bilingual =
    Bilingual { japanese: "公式アカウント", english: "The Official Accounts" };
pub(super) const SECRETS: Bilingual =
    Bilingual { japanese: "保存されているシークレット", english: "The secrets that are stored" };
pub(super) const OUTBOX: Bilingual =
    Bilingual { japanese: "CRMへの書き込み待ち", english: "What waits to be written to the CRM" };
pub(super) const PARKED: Bilingual =
    Bilingual { japanese: "判断を待っている送信", english: "Sends that wait for a decision" };
pub(super) const QUESTIONS: Bilingual =
    Bilingual { japanese: "回答を待っている質問", english: "Questions that wait for an answer" };
pub(super) const REFUSALS: Bilingual =
    Bilingual { japanese: "最近の送信結果", english: "How recent sends ended" };
pub(super) const ALL_AT_LINE: Bilingual =
    Bilingual { japanese: "LINE側の設定", english: "What stands at LINE about the account" };
pub(super) const WEBHOOK: Bilingual = Bilingual { japanese: "Webhookの設定", english: "The webhook's settings" };
pub(super) const WEBHOOK_TEST: Bilingual =
    Bilingual { japanese: "Webhookの接続", english: "Whether webhooks arrive" };
pub(super) const QUOTA: Bilingual =
    Bilingual { japanese: "今月の送信数", english: "How many messages were sent this month" };
pub(super) const VERIFIED: Bilingual =
    Bilingual { japanese: "認証済アカウントかどうか", english: "Whether the account is verified" };

/// A row or a secret of ours.
pub(super) fn read(about: About, part: Bilingual, error: &PortError) -> Finding {
    Finding::new(&ties::UNCHECKED, about).with("part", part).with("because", because(error))
}

/// LINE was asked for this part.
pub(super) fn ask_line(about: About, part: Bilingual, error: &PortError) -> Finding {
    Finding::new(&line::UNCHECKED, about).with("part", part).with("because", because(error))
}

/// LINE does not answer.
pub(super) fn hear(about: About, part: Bilingual) -> Finding {
    Finding::new(&line::UNCHECKED, about).with("part", part).with("because", no_answer())
}

/// In words; an error's own are English, and for logs.
pub(super) fn because(error: &PortError) -> Fact {
    if error.is_transient() { no_answer() } else { refused() }
}

/// It did not answer.
pub(super) fn no_answer() -> Fact {
    Fact::words("応答がなかった", "there was no answer")
}

/// It answered no.
pub(super) fn refused() -> Fact {
    Fact::words("要求が拒否された", "the request was refused")
}
