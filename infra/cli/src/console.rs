//! Who may use the console.

use std::collections::BTreeSet;

use musubi::browser;
use musubi::config;
use musubi::domain::account::CrmAccount;
use musubi::domain::ids::ChannelId;
use musubi::domain::operator::audit::Actor;
use musubi::domain::operator::{OperatorName, operator_id};
use musubi::flow::console::{Console, Invite, Removal, invitation_address};
use serde_json::json;

use crate::args::ConsoleCommand;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::table::table;
use crate::workspace::{Workspace, no_channel};

/// Runs one of the commands.
///
/// # Errors
/// See [`Failure`].
pub async fn run(workspace: &Workspace, say: &Say, command: &ConsoleCommand) -> Result<Report, Failure> {
    let console = Console { operators: workspace.adapters.operators()?, clock: workspace.clock() };
    match command {
        ConsoleCommand::Invite { portal, name, role, channel, kind } => {
            let account = workspace.account(*kind, portal).await?;
            let invite = Invite {
                account: account.key.clone(),
                name: read_name(name)?,
                role: (*role).into(),
                channels: chosen(&account, channel)?,
                by: Actor::CommandLine,
            };
            self::invite(workspace, &console, say, &invite).await
        }
        ConsoleCommand::List { portal, kind } => list(&console, say, &workspace.account(*kind, portal).await?).await,
        ConsoleCommand::Remove { portal, name, kind } => {
            remove(&console, say, &workspace.account(*kind, portal).await?, &read_name(name)?).await
        }
    }
}

fn read_name(text: &str) -> Result<OperatorName, Failure> {
    OperatorName::parse(text).ok_or_else(|| {
        Failure::usage(
            "--name は1文字以上60文字以内で指定してください。改行は使えません。",
            "--name takes 1 to 60 characters and no line break.",
        )
    })
}

/// The Official Accounts that are named, if they are this CRM account's. `None`: all.
fn chosen(account: &CrmAccount, named: &[String]) -> Result<Option<BTreeSet<ChannelId>>, Failure> {
    let chosen: BTreeSet<ChannelId> = named.iter().map(ChannelId::new).collect();
    if !chosen.iter().all(|id| account.channels.contains(id)) {
        return Err(no_channel());
    }
    Ok((!chosen.is_empty()).then_some(chosen))
}

async fn invite(workspace: &Workspace, console: &Console, say: &Say, invite: &Invite) -> Result<Report, Failure> {
    let public_url = config::public_url(&workspace.environment)?;
    let code = browser::random_secret()?;
    console.invite(invite, &code).await?;
    let address = invitation_address(&public_url, &code);
    let words = say.pick(
        "このアドレスは15分以内に1回だけ使えます。招待する方に、安全な方法で伝えてください。",
        "This address works once, within 15 minutes. Give it to whom you invite by a safe way.",
    );
    Ok(Report::new(json!({ "address": address, "role": invite.role.as_str() }), format!("{address}\n{words}")))
}

async fn list(console: &Console, say: &Say, account: &CrmAccount) -> Result<Report, Failure> {
    let operators = console.operators.all(&account.key).await?;
    say.unreadable(operators.unreadable);
    let all = say.pick("すべて", "all");
    let (mut rows, mut found) = (Vec::new(), Vec::new());
    for operator in operators {
        let channels = operator.channels.as_ref().map(|ids| ids.iter().map(ToString::to_string).collect::<Vec<_>>());
        rows.push(vec![
            operator.name.expose().to_owned(),
            operator.role.as_str().to_owned(),
            channels.as_ref().map_or_else(|| all.to_owned(), |ids| ids.join(" ")),
        ]);
        found.push(json!({ "name": operator.name.expose(), "role": operator.role.as_str(), "channels": channels }));
    }
    let heads = [say.pick("名前", "name"), say.pick("権限", "role"), say.pick("チャネル", "channels")];
    Ok(Report::new(json!(found), table(&heads, &rows, say.language)))
}

async fn remove(console: &Console, say: &Say, account: &CrmAccount, name: &OperatorName) -> Result<Report, Failure> {
    let whom = operator_id(&account.key, name);
    match console.remove(&account.key, None, &whom).await? {
        Removal::Removed => Ok(Report::new(
            json!({ "removed": true }),
            say.pick(
                "削除しました。開いている画面も含めて、すぐに使えなくなります。",
                "Removed. They are out at once, on every page that they have open.",
            ),
        )),
        Removal::Nobody | Removal::Oneself | Removal::SeesMore => Err(Failure::not_found(
            "この名前の人はいません。musubi console list で確認してください。",
            "There is nobody of this name. See musubi console list.",
        )),
    }
}
