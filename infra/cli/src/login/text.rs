//! A text to send to people who were friends before, so that they log in once and are known from then on.

use musubi::domain::language::Language;

/// Ready to be sent; the owner may well change it.
pub fn migration(name: &str, link: &str, language: Language) -> String {
    match language {
        Language::Japanese => format!(
            "いつも{name}をご利用いただき、ありがとうございます。下のリンクから一度だけLINEでログインしていただくと、お客さまのご登録情報とLINEが連携され、お一人おひとりに合ったご案内をお届けできるようになります。連携はいつでも解除できます。\n{link}"
        ),
        Language::English => format!(
            "Thank you for being with {name}. Please log in with LINE once by the link below: we can then match your LINE account with your customer record and send you what concerns you. You can undo this at any time.\n{link}"
        ),
    }
}

/// What is known for certain, and what is not.
pub fn certainty(language: Language) -> &'static str {
    language.pick(
        "ログインリンクから来た方は、誰なのか（LINEの署名で確認します）と、どの経路から来たのかが確実に分かります。ログインを途中でやめた方のことは分かりません。\n\
         友だち追加だけのリンクでは、友だちになったことは分かりますが、どの経路から来たか、どのコンタクトかは分かりません。友だち追加の時刻からの推測は行いません。",
        "Of people who come by a login link, Musubi knows for certain who they are, which LINE signs, and by which route they came. Of those who stop before the end of the login it knows nothing.\n\
         By the plain friend link it learns that somebody became a friend, but neither the route nor the contact, and it does not guess from the time.",
    )
}
