//! Of which LINE provider an Official Account is: what is asked when one more is connected.

use super::both;
use crate::domain::language::Language;
use crate::domain::settings::Bilingual;

/// What it is about.
pub const QUESTION: Bilingual = both("LINEのプロバイダー", "LINE provider");
/// Why it is asked, and where it can be seen.
pub const WHY: Bilingual = both(
    "このCRMアカウントは、すでに別の公式アカウントと連携しています。LINE Developersコンソールで、両方のMessaging APIチャネルが同じプロバイダーにあるか\
     確認してください。同じプロバイダーなら、同じ方は1つのコンタクトにまとまります。別のプロバイダーでは同じ方でもLINEユーザーIDが異なるため、\
     コンタクトに専用のプロパティー（line_user_id_2など）を作成します。あとから変更するには、連携を残さずに接続を解除し、もう一度接続してください。",
    "This CRM account knows another Official Account's people already. Look in the LINE Developers Console whether the Messaging API channels \
     of both stand under one provider (プロバイダー). If they do, one person has one contact. Under another provider the same person has \
     another LINE user ID, and contacts get one more set of properties (line_user_id_2 and so on). To change it later, disconnect with the links erased, and connect again.",
);
/// One that none of them is of.
pub const ANOTHER: Bilingual = both("別のプロバイダー", "Another provider");
/// It was not said.
pub const UNSAID: Bilingual = both(
    "LINEのプロバイダーを選択してください。まだ何も変更していません。",
    "Choose the LINE provider. Nothing was changed yet.",
);
/// None of the account's Official Accounts is of it.
pub const NO_SUCH: Bilingual = both(
    "選択したプロバイダーの公式アカウントは、このCRMアカウントにありません。もう一度選択してください。",
    "No Official Account of this account is of the provider that you chose. Choose again.",
);
/// Its people are known as another provider's.
pub const STAYS: Bilingual = both(
    "この公式アカウントの連携が残っているため、プロバイダーは変更できません。変更するには、連携を残さずに接続を解除してから、もう一度接続してください。何も変更していません。",
    "This Official Account's links are known, so its provider stays what it is. To change it, disconnect it with the links erased, and connect it again. Nothing was changed.",
);
/// There can be no more.
pub const TOO_MANY: Bilingual = both(
    "1つのアカウントで使えるLINEのプロバイダーは5つまでです。何も保存していません。",
    "One account can have five LINE providers at most. Nothing was stored.",
);
/// The CRM's fields are not as they must be.
pub const FIELDS: Bilingual = both(
    "このプロバイダー用のプロパティーを用意できませんでした。次の点を直してから、もう一度接続してください。何も保存していません。",
    "The properties for this provider could not be made. Put this right and connect again. Nothing was stored.",
);
/// The CRM did not do its part.
pub const NOT_NOW: Bilingual = both(
    "このプロバイダー用のプロパティーを作成できませんでした。CRMから応答がないか、接続が切れています。しばらくしてから、もう一度お試しください。何も保存していません。",
    "The properties for this provider could not be made: the CRM does not answer, or is not connected. Try again a little later. Nothing was stored.",
);

/// The provider of these Official Accounts.
pub fn same_as(names: &[&str], language: Language) -> String {
    match language {
        Language::Japanese => {
            let names: Vec<String> = names.iter().map(|name| format!("「{name}」")).collect();
            format!("{}と同じプロバイダー", names.join(""))
        }
        Language::English => {
            let names: Vec<String> = names.iter().map(|name| format!("“{name}”")).collect();
            format!("The same provider as {}", names.join(", "))
        }
    }
}
