//! What webhooks to another system are signed with.

use maud::html;
use musubi::domain::channel::Channel;
use musubi::pages::{Look, Page, actions, form, submit};
use musubi::ports::secrets::Secret;

use super::{Here, saved, signed_in};
use crate::visit::SignedIn;

/// Makes one, or forgets the one before.
pub fn page(visit: &SignedIn, channel: &Channel, secret: &Secret) -> Page {
    let language = visit.language;
    let title = language.pick("Webhookのシークレット", "Secret of the webhook");
    let path = format!("/console/channels/{}/webhook", channel.id);
    let make = html! {
        input type="hidden" name="secret" value=(secret.expose());
        (actions(submit(Look::Main, language.pick("シークレットを作成する", "Make a secret"))))
    };
    let forget = html! {
        (actions(submit(Look::Grave, language.pick("前のシークレットを破棄する", "Forget the one before"))))
    };
    let inside = html! {
        h1 { (title) }
        p { (channel.name) }
        (saved(visit, language.pick(
            "破棄しました。1分以内に、新しいものだけで署名します。",
            "Forgotten. Within a minute the new one alone signs.",
        )))
        p { (language.pick(
            "ほかのシステムへの通知に署名するシークレットです。作成すると一度だけ表示します。前のものがあれば、破棄するまで両方で署名します。",
            "It signs what another system is told. It is shown once, when it is made. One of before signs, too, until it is forgotten.",
        )) }
        (form(&path, &visit.form_token(), make))
        (form(&path, &visit.form_token(), forget))
    };
    signed_in(visit, Here::Home, title, inside)
}

/// It is shown this once.
pub fn made(visit: &SignedIn, channel: &Channel, secret: &Secret) -> Page {
    let language = visit.language;
    let title = language.pick("シークレットを作成しました", "A secret was made");
    let inside = html! {
        h1 { (title) }
        p { (language.pick(
            "今回だけ表示されます。通知先のシステムに登録してください。1分以内に使われ始めます。",
            "It is shown this once: enter it in the other system. It is in use within a minute.",
        )) }
        p class="address" { (secret.expose()) }
        p class="links" {
            a href={ "/console/channels/" (channel.id) } { (language.pick("設定に戻る", "Back to the settings")) }
        }
    };
    signed_in(visit, Here::Home, title, inside)
}
