//! `friends import --from-line`: LINE's list, page by page.

use std::ops::ControlFlow;
use std::sync::Arc;

use musubi::domain::channel::Channel;
use musubi::domain::friends::FriendsImport;
use musubi::domain::language::Language;
use musubi::flow::import_friends::{ImportFriends, ImportFriendsError, Imported};
use serde_json::json;

use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::Workspace;

/// Takes in LINE's list of friends, or goes on with it.
///
/// # Errors
/// The account may not list its friends; somebody else is at it; or a service failed: running it again goes on.
pub async fn import(workspace: &Workspace, say: &Say, channel: &str, page: u16) -> Result<Report, Failure> {
    let channel = workspace.channel(channel).await?;
    let list = Arc::new(workspace.line(workspace.adapters.secrets()?)?);
    let import = ImportFriends { list, outbox: workspace.adapters.outbox()? };
    let on_page = |import: &FriendsImport| {
        say.note(&progress(import, say.language));
        ControlFlow::Continue(())
    };
    let Imported { import, went_on } = import.import(&channel, page, on_page).await.map_err(stopped)?;
    Ok(report(&channel, &import, went_on, say))
}

fn report(channel: &Channel, import: &FriendsImport, went_on: bool, say: &Say) -> Report {
    let FriendsImport { listed, new, erased, .. } = import;
    let head =
        if went_on { say.pick("続きから取り込みました。", "Went on where it had stopped. ") } else { "" };
    let erased_words = match (erased, say.language) {
        (0, _) => String::new(),
        (n, Language::Japanese) => format!("情報を消去済みの{n}人は取り込んでいません。"),
        (n, Language::English) => format!(" {n} were left out, since everything of them was erased."),
    };
    let creates = channel.settings.create_contacts;
    let (text, follows) = match say.language {
        Language::Japanese => (
            format!("友だち{listed}人のうち、新たに{new}人を記録しました。{erased_words}"),
            match creates {
                true => "コンタクトは順に作成または照合されます。",
                false => "create_contacts がオフのため、コンタクトは作成されません。",
            },
        ),
        Language::English => (
            format!("Of {listed} friends, {new} were new and are recorded.{erased_words} "),
            match creates {
                true => "Their contacts are found or made one after the other.",
                false => "Since create_contacts is off, no contacts are made for them.",
            },
        ),
    };
    let json = json!({
        "channel_id": channel.id.as_str(), "listed": listed, "new": new, "erased": erased, "went_on": went_on,
    });
    Report::new(json, format!("{head}{text}{follows}"))
}

fn progress(import: &FriendsImport, language: Language) -> String {
    let FriendsImport { listed, new, .. } = import;
    match language {
        Language::Japanese => format!("{listed}人まで確認（新規{new}人）"),
        Language::English => format!("{listed} so far, {new} new"),
    }
}

fn stopped(error: ImportFriendsError) -> Failure {
    match error {
        ImportFriendsError::NotAllowed => Failure::failed(
            "この公式アカウントでは、友だちの一覧を取得できません。LINEがこのAPIを許可しているのは、認証済アカウントとプレミアムアカウントだけです。未認証の場合は、移行用のリンク（musubi login links）を友だちに送るか、CSVで取り込んでください。",
            "LINE lets only verified and premium accounts list their friends, and this account is neither. Send your friends the login link (musubi login links), or take in a CSV file.",
        ),
        ImportFriendsError::NoList => {
            Failure::failed("LINEが友だちの一覧を返しませんでした。", "LINE does not give its list of friends.")
        }
        ImportFriendsError::AnotherIsUnderWay => Failure::failed(
            "別の取り込みが進行中です。そちらが終わってから、必要ならもう一度実行してください。",
            "Another import of these friends is under way. Let it end; then run this again if need be.",
        ),
        ImportFriendsError::Port(error) => error.into(),
    }
}
