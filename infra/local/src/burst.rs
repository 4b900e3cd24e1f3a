//! `local burst`: so much at once, and what becomes of it. Figures of this machine, never a test: everything runs in one process, the
//! emulators and the fakes of LINE and HubSpot beside what is measured, and each takes its share.
//!
//! The fakes enforce the vendors' limits: LINE's 2,000 pushes a second of a channel (LINE's reference, "Rate limits"), or fewer where this
//! machine does not carry so many (`--line-per-s`), and HubSpot's 110 calls in ten seconds of an account (its "API usage guidelines").
//! Whoever sends knows of the same limit and has as many environments as a stack has, each with its share of it.
//!
//! What is left for later (a killed batch comes back after six minutes, what failed is tried again in its time) is not waited for: the
//! world's clock is set ahead, and it is told by how much.

mod beside;
mod crowd;
mod load;
mod report;
mod watch;

use std::time::Instant;

use clap::Args;
use musubi::domain::channel::ChannelSettings;
use musubi::line::pace::PUSHES_PER_S;

use self::beside::Beside;
use self::crowd::Crowd;
use self::load::Faults;
use crate::aws::Meter;
use crate::fake::line::Endpoint;
use crate::senders::Senders;
use crate::world::{Options, World, WorldError};

/// What happens at once.
#[derive(Debug, Args)]
pub struct Burst {
    /// So many workflow actions. / ワークフローアクションの件数
    #[arg(long, default_value_t = 5_000)]
    pub actions: usize,
    /// So many messages that people write. / お客さまから届くメッセージの件数
    #[arg(long, default_value_t = 0)]
    pub messages: usize,
    /// To and of so many people. / お客さまの人数
    #[arg(long, default_value_t = 500)]
    pub people: usize,
    /// Of so many accounts, with an Official Account each. / アカウントの数（公式アカウントは1つずつ）
    #[arg(long, default_value_t = 1)]
    pub accounts: usize,
    /// LINE takes so many pushes a second of an Official Account. / LINEが公式アカウントごとに1秒間に受け付けるプッシュの件数
    #[arg(long, default_value_t = PUSHES_PER_S, value_parser = clap::value_parser!(u32).range(20..=i64::from(PUSHES_PER_S)))]
    pub line_per_s: u32,
    /// LINE takes so many milliseconds to answer a push. / LINEがプッシュに応答するまでの時間（ミリ秒）
    #[arg(long, default_value_t = 0)]
    pub line_ms: u64,
    /// Of a hundred answers of LINE so many are lost. / LINEの応答100件のうち失われる件数
    #[arg(long, default_value_t = 0)]
    pub lost: u8,
    /// Of a hundred actions and messages so many are posted twice. / アクションとメッセージ100件のうち二重に届く件数
    #[arg(long, default_value_t = 0)]
    pub twice: usize,
    /// Whatever delivers is killed each so many seconds; 0: never. / 送信処理を強制終了する間隔（秒）。0なら終了しません
    #[arg(long, default_value_t = 0)]
    pub kill_every: u64,
    /// Beside it somebody else's messages, one by one: of another Official Account and of another account. / 別の公式アカウントと別のアカウントからも1通ずつ送ります
    #[arg(long)]
    pub beside: bool,
    /// Counts what is asked of DynamoDB, which takes time itself. / DynamoDBの使用量を数えます（そのぶん遅くなります）
    #[arg(long)]
    pub count: bool,
}

/// What became of it, counted by the vendors' fakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Became {
    /// Posts of HubSpot's and LINE's that were not answered well.
    pub refused: usize,
    /// Messages on phones.
    pub shown: usize,
    /// Of these, such as stand there more than once.
    pub shown_twice: usize,
    /// Executions of the workflow that heard how their message ended.
    pub completed: usize,
    /// People's messages that stand in a note.
    pub noted: usize,
    /// Of these, such as stand there more than once.
    pub noted_twice: usize,
    /// Messages of those beside it that were not sent.
    pub not_sent_beside: usize,
}

/// Runs it and prints what came of it. Ends when all workflows have heard and all messages stand in notes, or nothing changes any more.
///
/// # Errors
/// The world cannot be made.
pub async fn run(burst: &Burst) -> Result<Became, WorldError> {
    let meter = burst.count.then(Meter::default);
    let settings = ChannelSettings { tasks: false, ..ChannelSettings::default() };
    let senders = Senders::each_with_its_share(burst.line_per_s);
    let options = Options {
        meter: meter.clone(),
        settings: settings.clone(),
        wakes_when_due: true,
        keeps_tokens: false,
        senders,
        ..Options::default()
    };
    let world = World::start(options).await?;
    world.line.set_rate(Endpoint::Push, burst.line_per_s, 1_000);
    if burst.beside {
        Beside::move_in(&world, &settings).await?;
    }
    let crowd = Crowd::move_in(&world, burst.accounts, burst.people, &settings).await?;
    meter.iter().for_each(|meter| drop(meter.take()));
    report::begins(burst, &crowd);
    let (began, began_ms) = (Instant::now(), world.clock.now_ms());
    let beside = burst.beside.then(|| Beside::start(&world));
    let faults = Faults::start(&world, burst);
    let refused = load::post(&world, burst, &crowd).await;
    report::taken_in(burst, refused, began.elapsed());
    let reached = watch::wait(&world, burst, &crowd, &faults, began).await;
    let not_sent_beside = beside.map_or(0, Beside::stop);
    report::speed(burst, &reached);
    let (shown, shown_twice) = report::ledgers(&world, burst, &crowd, began_ms);
    meter.iter().for_each(|meter| report::used(&meter.take(), burst.actions + burst.messages));
    report::left(&world);
    Ok(Became {
        refused: refused.actions + refused.messages,
        shown,
        shown_twice,
        completed: reached.done.completed,
        noted: reached.done.noted,
        noted_twice: reached.done.noted_twice,
        not_sent_beside,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Burst = Burst {
        actions: 40,
        messages: 0,
        people: 7,
        accounts: 1,
        line_per_s: PUSHES_PER_S,
        line_ms: 0,
        lost: 0,
        twice: 0,
        kill_every: 0,
        beside: false,
        count: false,
    };
    const WELL: Became =
        Became { refused: 0, shown: 40, shown_twice: 0, completed: 40, noted: 0, noted_twice: 0, not_sent_beside: 0 };

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_lost_and_comes_twice_is_shown_once_and_every_workflow_hears() {
        let burst = Burst { lost: 10, twice: 25, beside: true, count: true, ..SMALL };
        assert_eq!(run(&burst).await.expect("a world"), WELL);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn messages_that_come_twice_to_two_accounts_stand_in_their_notes_once_and_sends_keep_to_what_line_takes() {
        let burst = Burst { messages: 30, accounts: 2, line_per_s: 20, twice: 50, ..SMALL };
        assert_eq!(run(&burst).await.expect("a world"), Became { noted: 30, ..WELL });
    }
}
