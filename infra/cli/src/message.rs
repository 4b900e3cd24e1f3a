//! A workflow's message, looked at before it is sent, and tried out on the team's own.

use std::sync::Arc;

use musubi::browser::random_secret;
use musubi::config;
use musubi::crm;
use musubi::domain::account::CrmAccount;
use musubi::domain::action::Purpose;
use musubi::domain::channel::Channel;
use musubi::domain::ids::ContactId;
use musubi::domain::language::Language;
use musubi::domain::operator::{OperatorName, operator_id};
use musubi::domain::words;
use musubi::domain::words::quota::month;
use musubi::flow::person_state::PersonStates;
use musubi::flow::preview::{Draft, NotSeen, Preview, Previewed, WaitsFor};
use musubi::flow::test_send::{TestSend, Tested};
use musubi::http_client::HttpClient;
use musubi::line::message;
use serde_json::{Value, json};

use crate::args::MessageCommand;
use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::table::{facts, moment};
use crate::workspace::{Workspace, no_account};

/// Runs one of the commands.
///
/// # Errors
/// See [`Failure`].
pub async fn run(workspace: &Workspace, say: &Say, command: &MessageCommand) -> Result<Report, Failure> {
    match command {
        MessageCommand::Preview { channel, contact, service, messages } => {
            let purpose = if *service { Purpose::Service } else { Purpose::Marketing };
            let (account, channel) = place(workspace, channel).await?;
            let (draft, contact) = (Draft { fields: messages.clone(), purpose }, ContactId::new(contact));
            let seen = preview(workspace)?.preview(&account, &channel, &contact, &draft, say.language).await?;
            Ok(told(say, &account, &contact, &seen.map_err(not_seen)?))
        }
        MessageCommand::Test { channel, messages } => {
            let (account, channel) = place(workspace, channel).await?;
            test(workspace, say, &account, &channel, messages).await
        }
    }
}

async fn place(workspace: &Workspace, channel: &str) -> Result<(CrmAccount, Channel), Failure> {
    let channel = workspace.channel(channel).await?;
    let account = workspace.accounts()?.find(&channel.account).await?.ok_or_else(no_account)?;
    Ok((account.value, channel))
}

fn preview(workspace: &Workspace) -> Result<Preview, Failure> {
    let (secrets, clock) = (workspace.adapters.secrets()?, workspace.clock());
    let hubspot = config::hubspot_api_url(&workspace.environment)?;
    Ok(Preview {
        crms: crm::connections(HttpClient::when_first_used(), &hubspot, Arc::clone(&secrets), Arc::clone(&clock)),
        states: PersonStates { journal: workspace.adapters.journal()?, links: workspace.adapters.link_reader()? },
        line: workspace.line_consoles()?.checkup(secrets),
        compose: message::composed,
        clock,
    })
}

fn not_seen(why: NotSeen) -> Failure {
    let (japanese, english) = (why.words(Language::Japanese), why.words(Language::English));
    match why {
        NotSeen::NoContact => Failure::not_found(japanese, english),
        NotSeen::Disconnected | NotSeen::Silent => Failure::failed(japanese, english),
    }
}

fn told(say: &Say, account: &CrmAccount, contact: &ContactId, seen: &Previewed) -> Report {
    let said: Vec<String> = seen.messages.iter().map(|message| words::of(&message.said, say.language)).collect();
    let obstacles: Vec<String> = seen.obstacles.iter().map(|obstacle| obstacle.words(say.language)).collect();
    let mut lines: Vec<String> = said.iter().map(|words| format!("> {}", words.replace('\n', "\n> "))).collect();
    if obstacles.is_empty() {
        lines.push(say.pick("送信できる内容です。", "It would be sent.").to_owned());
    } else {
        lines.push(say.pick("このままでは送信されません。", "As it is, it would not be sent.").to_owned());
        lines.extend(obstacles.iter().map(|words| format!("- {words}")));
    }
    if !seen.messages.is_empty() && !seen.is_checked_by_line {
        let silent = say.pick(
            "LINEから応答がなかったため、LINEによる確認は済んでいません。",
            "LINE did not answer, so its own check is still to come.",
        );
        lines.push(silent.to_owned());
    }
    let until = |until_ms| moment(until_ms, &account.time_zone);
    let (when, waits_until_ms) = match (seen.waits_for, say.language) {
        (None, _) => (say.pick("すぐに", "at once").to_owned(), None),
        (Some(WaitsFor::Hours(at)), Language::Japanese) => {
            (format!("{}以降（送信時間帯外のため）", until(at)), Some(at))
        }
        (Some(WaitsFor::Hours(at)), Language::English) => {
            (format!("from {} on (outside of the sending hours)", until(at)), Some(at))
        }
        (Some(WaitsFor::Month(at)), Language::Japanese) => {
            (format!("{}以降（今月の通数が残っていないため）", until(at)), Some(at))
        }
        (Some(WaitsFor::Month(at)), Language::English) => {
            (format!("from {} on (no messages are left this month)", until(at)), Some(at))
        }
    };
    let (when, takes) = match seen.obstacles.is_empty() {
        true => (when, "1"),
        false => (say.pick("送信されません", "not at all").to_owned(), "0"),
    };
    lines.push(facts(&[
        (say.pick("コンタクト", "contact"), contact.to_string()),
        (say.pick("送信の時刻", "when"), when),
        (say.pick("消費する通数", "it takes"), takes.to_owned()),
        (say.pick("今月の送信数", "sent this month"), month(seen.quota, say.language)),
    ]));
    let json = json!({
        "contact_id": contact.as_str(), "would_be_sent": seen.obstacles.is_empty(), "messages": bodies(seen),
        "obstacles": obstacles, "checked_by_line": seen.is_checked_by_line, "waits_until_ms": waits_until_ms,
        "quota": seen.quota,
    });
    Report::new(json, lines.join("\n"))
}

fn bodies(seen: &Previewed) -> Vec<Value> {
    let read = |json: &str| serde_json::from_str(json).expect("messages are JSON");
    seen.messages.iter().map(|message| read(&message.json)).collect()
}

async fn test(
    workspace: &Workspace,
    say: &Say,
    account: &CrmAccount,
    channel: &Channel,
    messages: &[String],
) -> Result<Report, Failure> {
    if channel.settings.testers.is_empty() {
        return Err(Failure::failed(
            "テスト送信の宛先がありません。musubi channel set CHANNEL testers=ID,ID で、宛先のコンタクトIDを登録してください。",
            "There are no testers. Name them by contact ID: musubi channel set CHANNEL testers=ID,ID",
        ));
    }
    let push = workspace.adapters.push_queue()?;
    let send = TestSend { preview: preview(workspace)?, push, marked: message::as_test };
    let name = OperatorName::parse(say.pick("コマンドライン", "command line")).expect("it is a name");
    let (id, fresh) = (operator_id(&account.key, &name), random_secret()?);
    let draft = Draft { fields: messages.to_vec(), purpose: Purpose::Service };
    let by = (&id, &name);
    let tested = send.send((account, channel), by, fresh.expose(), &draft, say.language).await?;
    let (mut lines, mut rows) = (Vec::new(), Vec::new());
    for (contact, became) in &tested {
        let (is_sent, why) = match became {
            Tested::OnItsWay => (true, Vec::new()),
            Tested::NotSeen(why) => (false, vec![why.words(say.language).to_owned()]),
            Tested::Stopped(obstacles) => (false, obstacles.iter().map(|it| it.words(say.language)).collect()),
        };
        let end = if is_sent {
            say.pick("送信を受け付けました。", "on its way")
        } else {
            say.pick("送信していません。", "not sent:")
        };
        lines.push(format!("{contact}  {end} {}", why.join(" ")).trim_end().to_owned());
        rows.push(json!({"contact_id": contact.as_str(), "on_its_way": is_sent, "obstacles": why}));
    }
    Ok(Report::new(json!({ "tested": rows }), lines.join("\n")))
}
