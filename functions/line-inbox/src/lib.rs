//! The inbox queue: each event of each webhook, what it means and what is in the outbox for it.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use musubi::aws::AwsAdapters;
use musubi::batch::{self, JobQueue};
use musubi::config::{self, ConfigError, Environment};
use musubi::domain::channel::Channel;
use musubi::domain::heard::Sign;
use musubi::domain::job::InboxJob;
use musubi::domain::language::Language;
use musubi::flow::account_link::AccountLink;
use musubi::flow::answer::Answer;
use musubi::flow::auto_reply::AutoReply;
use musubi::flow::greet::Greet;
use musubi::flow::link::Link;
use musubi::flow::record::Record;
use musubi::flow::reply::{Reply, ReplyContext};
use musubi::flow::tell::Tell;
use musubi::flow::trial::FollowTrial;
use musubi::http_client::HttpClient;
use musubi::line::webhook::{self, Part, UnreadableEvent};
use musubi::line::{LineApiUrl, LineEvent, LineMessenger};
use musubi::ports::{PortError, Queue};
use musubi::store::{Channels, Hearings};
use tokio::time::{Instant, timeout_at};

/// How many records of a batch are handled at once.
const AT_ONCE: usize = 10;
/// An event that could not be recorded is sent on alone so often; then it is dead-lettered. With the
/// waits in between that is about a day.
const MAX_TRIES: u32 = 100;
/// No pushes leave here.
const UNPACED: u32 = 1;

/// What the inbox needs.
pub struct Ports {
    /// Official Accounts.
    pub channels: Channels,
    /// The inbox itself, for events that are sent on alone or dead-lettered.
    pub inbox: JobQueue<InboxJob>,
    /// Answers events at once.
    pub answer: Answer,
    /// Records events.
    pub record: Record,
    /// Tells other systems of messages.
    pub tell: Tell,
    /// Notes that there were any.
    pub hearings: Hearings,
}

impl Ports {
    /// From the function's adapters.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn of(adapters: &AwsAdapters, environment: &Environment) -> Result<Self, ConfigError> {
        let clock = adapters.clock();
        let (inbox, journal) = (adapters.inbox_queue(|_| None)?, adapters.journal()?);
        let channels = adapters.channels()?.remembering(Arc::clone(&clock));
        let base = LineApiUrl::of_api(&config::line_urls(environment)?)?;
        // Replies are not paced: nobody waits for them but their own event, and LINE takes 2,000 a second.
        let messenger = LineMessenger::new(HttpClient::ready(), base, adapters.secrets()?, Arc::clone(&clock), UNPACED);
        let reply = Reply {
            accounts: adapters.accounts()?.remembering(Arc::clone(&clock)),
            journal: journal.clone(),
            messenger: Arc::new(messenger),
            clock: Arc::clone(&clock),
            public_url: config::public_url(environment)?,
        };
        let link = Link { outbox: adapters.outbox()? };
        Ok(Self {
            channels,
            inbox,
            answer: Answer {
                greet: Greet { reply: reply.clone() },
                trial: FollowTrial { reply: reply.clone() },
                auto: AutoReply { reply: reply.clone() },
                account_link: AccountLink { reply: reply.clone(), link },
                reply,
            },
            record: Record { outbox: adapters.outbox()? },
            tell: Tell { links: adapters.link_reader()?, journal, notices: adapters.notice_queue()? },
            hearings: adapters.hearings()?,
        })
    }
}

/// A batch of the queue. What is not handled within the patience goes on alone: however long LINE lets answers wait, Lambda
/// ends nothing.
pub async fn handle(ports: &Ports, event: SqsEvent, patience: Duration) -> SqsBatchResponse {
    let until = Instant::now() + patience;
    batch::each(event, AT_ONCE, |record| handle_record(ports, record, until)).await
}

async fn handle_record(ports: &Ports, record: SqsMessage, until: Instant) -> Result<(), PortError> {
    let Some(job) = batch::job(&ports.inbox, &record).await? else { return Ok(()) };
    let Some(channel) = ports.channels.find(&job.channel).await? else {
        if ports.channels.is_disconnected(&job.channel).await? {
            // Whoever disconnected it was told that this is lost.
            tracing::warn!(channel.id = %job.channel, "webhook.of_disconnected_channel");
            return Ok(());
        }
        let why = "This Official Account is not set up in Musubi. Add it, then redrive. / \
                   この公式アカウントはMusubiに登録されていません。登録してから再投入してください。";
        return ports.inbox.dead_letter(&job, why).await;
    };
    match webhook::events(&job.body, job.place.as_ref()) {
        Ok(events) => {
            note(ports, &channel, &events).await;
            each_event(ports, &channel, &job, events, until).await
        }
        Err(error) => ports.inbox.dead_letter(&job, &format!("{error} / LINEのWebhookを読み取れません。")).await,
    }
}

/// For the doctor alone: nothing waits for it, and where it cannot be noted the events are handled all the same.
async fn note(ports: &Ports, channel: &Channel, events: &[Result<LineEvent, UnreadableEvent>]) {
    let real = events.iter().flatten().filter(|event| !event.is_test);
    let signs: Vec<Sign> = real.map(|event| Sign::of(&event.inbound, event.redelivery)).collect();
    if let Err(error) = ports.hearings.note_signs(&channel.id, &signs).await {
        musubi::telemetry::log_chain("channel.not_noted", &error);
    }
}

/// Event by event: one that cannot be recorded goes on alone, and never holds up its neighbours.
async fn each_event(
    ports: &Ports,
    channel: &Channel,
    job: &InboxJob,
    events: Vec<Result<LineEvent, UnreadableEvent>>,
    until: Instant,
) -> Result<(), PortError> {
    let alone = |part: Part| InboxJob { body: part.body, place: part.place, tries: job.tries + 1, ..job.clone() };
    for (number, event) in events.into_iter().enumerate() {
        match event {
            Err(unreadable) => {
                let fault = unreadable.fault;
                let why = format!("{} / {}", fault.words(Language::Japanese), fault.words(Language::English));
                ports.inbox.dead_letter(&alone(unreadable.part), &why).await?;
            }
            Ok(event) if event.is_test => {
                tracing::info!(channel.id = %channel.id, event.id = %event.inbound.id, "event.of_lines_own_test");
            }
            Ok(event) => {
                let recorded = timeout_at(until, answer_and_record(ports, channel, job.accepted_at_ms, &event)).await;
                // Stopped there, it is as after a crash there: the next try finds what was done.
                if let Err(error) = recorded.unwrap_or_else(|_| Err(out_of_time())) {
                    musubi::telemetry::log_chain("event.postponed", &error);
                    let part = webhook::split_by_event(&job.body, job.place.as_ref()).swap_remove(number);
                    send_on(ports, alone(part), &error).await?;
                }
            }
        }
    }
    Ok(())
}

fn out_of_time() -> PortError {
    PortError::transient("event", "the time is up")
}

/// First the answer, then the record: `flow::reply` says why. What is recorded is told.
async fn answer_and_record(
    ports: &Ports,
    channel: &Channel,
    accepted_at_ms: i64,
    event: &LineEvent,
) -> Result<(), PortError> {
    let asked = ReplyContext {
        event: &event.inbound,
        accepted_at_ms,
        token: event.reply_token.as_ref(),
        read_token: event.read_token.as_ref(),
        standby: event.standby,
        linked: event.linked.as_ref(),
    };
    let answered = ports.answer.answer(channel, &asked).await?;
    ports.record.record_answered(channel, accepted_at_ms, &event.inbound, &answered).await?;
    ports.tell.tell(channel, accepted_at_ms, &event.inbound).await
}

async fn send_on(ports: &Ports, job: InboxJob, error: &PortError) -> Result<(), PortError> {
    if job.tries > MAX_TRIES || !error.is_transient() {
        return ports
            .inbox
            .dead_letter(&job, &format!("It could not be recorded / 記録できませんでした: {error}"))
            .await;
    }
    ports.inbox.send_later(&job, (1_u32 << job.tries.min(10)).min(900)).await
}
