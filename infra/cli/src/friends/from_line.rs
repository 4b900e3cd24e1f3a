//! `friends import --from-line`: LINE's list, page by page. Each page's end is stored, so that the next run goes on there.

use futures::{StreamExt as _, TryStreamExt as _};
use musubi::domain::channel::Channel;
use musubi::domain::friends::FriendsImport;
use musubi::domain::ids::LineUserId;
use musubi::domain::language::Language;
use musubi::flow::import_friend::{ImportFriend, ImportResult};
use musubi::line::followers::Followers;
use musubi::ports::table::Commit;
use musubi::store::Journal;
use musubi::store::journal::write;
use serde_json::json;

use super::{AT_A_TIME, wake};
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::Workspace;

/// After a page so long a pause for each friend of it, in milliseconds: 1,000 friends a second at the most.
const PAUSE_MS: u64 = 1;

/// Takes in LINE's list of friends, or goes on with it.
///
/// # Errors
/// The account may not list its friends; somebody else is at it; or a service failed: running it again goes on.
pub async fn import(workspace: &Workspace, say: &Say, channel: &str, page: u16) -> Result<Report, Failure> {
    let channel = workspace.channel(channel).await?;
    let line = workspace.line(workspace.adapters.secrets()?)?;
    let (journal, clock) = (workspace.adapters.journal()?, workspace.clock());
    let meet = ImportFriend { outbox: workspace.adapters.outbox()?.quiet() };
    let found = journal.friends_import(&channel.id).await?;
    let mut version = found.as_ref().map_or(0, |found| found.version);
    let mut import = begin(found.map(|found| found.value), clock.now_ms());
    let went_on = import.next.is_some();
    loop {
        let (users, next) = match line.followers(&channel.id, import.next.as_deref(), page).await? {
            Followers::Page { users, next } => (users, next),
            Followers::NotAllowed => return Err(not_allowed()),
            // LINE has forgotten the page: those who are known by now are left as they are.
            Followers::NoSuchPage if import.next.is_some() => {
                import = FriendsImport { next: None, listed: 0, erased: 0, ..import };
                continue;
            }
            Followers::NoSuchPage => return Err(strange()),
        };
        take(&meet, &channel, &users, &mut import).await?;
        import.finished = next.is_none();
        import.next = next;
        import.at_ms = clock.now_ms();
        store(&journal, &channel, &import, version).await?;
        version += 1;
        wake(workspace, &channel.account).await?;
        if import.finished {
            return Ok(report(&channel, &import, went_on, say));
        }
        say.note(&progress(&import, say.language));
        clock.sleep_ms(PAUSE_MS * users.len() as u64).await;
    }
}

/// Goes on where it stopped, or begins. What was new stays counted where LINE has only forgotten the page.
fn begin(before: Option<FriendsImport>, now_ms: i64) -> FriendsImport {
    match before {
        Some(import) if import.goes_on_at(now_ms).is_some() => import,
        Some(import) if !import.finished => FriendsImport { new: import.new, ..FriendsImport::begun(now_ms) },
        _ => FriendsImport::begun(now_ms),
    }
}

async fn take(
    meet: &ImportFriend,
    channel: &Channel,
    users: &[LineUserId],
    import: &mut FriendsImport,
) -> Result<(), Failure> {
    let each = users.iter().map(|user| meet.import_friend(channel, user));
    let met: Vec<ImportResult> = futures::stream::iter(each).buffer_unordered(AT_A_TIME).try_collect().await?;
    let count = |wanted| met.iter().filter(|met| **met == wanted).count() as u64;
    import.listed += met.len() as u64;
    import.new += count(ImportResult::New);
    import.erased += count(ImportResult::Erased);
    Ok(())
}

async fn store(journal: &Journal, channel: &Channel, import: &FriendsImport, version: u64) -> Result<(), Failure> {
    match journal.commit(vec![write::friends_import(&channel.id, import, version)]).await? {
        Commit::Done => Ok(()),
        Commit::Conflict => Err(Failure::failed(
            "別の取り込みが進行中です。そちらが終わってから、必要ならもう一度実行してください。",
            "Another import of these friends is under way. Let it end; then run this again if need be.",
        )),
    }
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

fn not_allowed() -> Failure {
    Failure::failed(
        "この公式アカウントでは、友だちの一覧を取得できません。LINEがこのAPIを許可しているのは、認証済アカウントとプレミアムアカウントだけです。未認証の場合は、移行用のリンク（musubi login links）を友だちに送るか、CSVで取り込んでください。",
        "LINE lets only verified and premium accounts list their friends, and this account is neither. Send your friends the login link (musubi login links), or take in a CSV file.",
    )
}

fn strange() -> Failure {
    Failure::failed("LINEが友だちの一覧を返しませんでした。", "LINE does not give its list of friends.")
}
