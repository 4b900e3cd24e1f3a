//! What the console needs, put together from the function's adapters: each part once, and what uses it from it.

use std::sync::Arc;

use musubi::aws::AwsAdapters;
use musubi::config::{self, ConfigError, Environment};
use musubi::crm;
use musubi::flow::configure::change_account::ChangeAccount;
use musubi::flow::configure::change_channel::ChangeChannel;
use musubi::flow::configure::choose_provider::ChooseProvider;
use musubi::flow::configure::connect_channel::ConnectChannel;
use musubi::flow::configure::open_inbox::OpenInbox;
use musubi::flow::configure::set_up_account::SetUpAccount;
use musubi::flow::configure::try_channel::TryChannel;
use musubi::flow::configure::{LeaveInbox, WebhookSecrets};
use musubi::flow::console::connect::ConnectChannels;
use musubi::flow::console::dead_letters::ReturnLetters;
use musubi::flow::console::decide_sends::DecideSends;
use musubi::flow::console::disconnect_account::DisconnectAccount;
use musubi::flow::console::inbox::TeamInbox;
use musubi::flow::console::install::Install;
use musubi::flow::console::people::People;
use musubi::flow::console::questions::AnswerQuestions;
use musubi::flow::console::talks::Talks;
use musubi::flow::console::webhook_secret::WebhookSecret;
use musubi::flow::console::{ChangeSettings, Console};
use musubi::flow::decide::Decide;
use musubi::flow::decide_question::DecideQuestion;
use musubi::flow::disconnect_channel::DisconnectChannel;
use musubi::flow::erase::Erase;
use musubi::flow::export::Export;
use musubi::flow::link::Link;
use musubi::flow::mark_read::MarkRead;
use musubi::flow::open_questions::OpenQuestions;
use musubi::flow::parked_sends::ParkedSends;
use musubi::flow::person_state::PersonStates;
use musubi::flow::preview::Preview;
use musubi::flow::read_talk::ReadTalk;
use musubi::flow::send_back::SendBack;
use musubi::flow::settle::Settle;
use musubi::flow::talk::Talk;
use musubi::flow::tend::Tend;
use musubi::flow::test_send::TestSend;
use musubi::flow::verify_call::VerifyCall;
use musubi::http_client::HttpClient;
use musubi::line::{LineApiUrl, LineMessenger, OpenLine, message};
use musubi::outward::Outward;
use musubi::ports::LineConsoles;
use musubi::wiring;

use crate::{KIND, Ports};

/// No pushes leave here.
const UNPACED: u32 = 1;

impl Ports {
    /// From the function's adapters.
    ///
    /// # Errors
    /// Names a missing or malformed variable.
    pub fn of(adapters: &AwsAdapters, environment: &Environment) -> Result<Self, ConfigError> {
        let (http, secrets, clock) = (HttpClient::when_first_used(), adapters.secrets()?, adapters.clock());
        let (accounts, channels, outbox) = (adapters.accounts()?, adapters.channels()?, adapters.outbox()?);
        let links = adapters.links()?;
        let public_url = config::public_url(environment)?;

        let console = Console { operators: adapters.operators()?, clock: Arc::clone(&clock) };
        let change_account = ChangeAccount { accounts: accounts.clone(), clock: Arc::clone(&clock) };
        let link = Link { outbox: outbox.clone() };
        let settle = Settle { channels: channels.clone(), outbox: outbox.clone() };
        let set_up = crm::set_up(
            KIND,
            http.clone(),
            wiring::set_up_urls(environment)?,
            Arc::clone(&secrets),
            Arc::clone(&clock),
        );
        let set_up = set_up.expect("every build knows how to connect accounts of this CRM");
        let base = LineApiUrl::of_api(&config::line_urls(environment)?)?;
        let signs = LineMessenger::new(http.clone(), base.clone(), Arc::clone(&secrets), Arc::clone(&clock), UNPACED);
        let line = OpenLine { http: http.clone(), base, clock: Arc::clone(&clock) };

        let line: Arc<dyn LineConsoles> = Arc::new(line);
        let check = line.checkup(Arc::clone(&secrets));
        let inboxes = adapters.inboxes()?;
        let leave_inbox =
            LeaveInbox { set_up: Arc::clone(&set_up), accounts: accounts.clone(), inboxes: inboxes.clone() };
        let erase = Erase { links: links.clone(), settle: settle.clone() };
        let hubspot = config::hubspot_api_url(environment)?;
        let crms = crm::connections(http.clone(), &hubspot, Arc::clone(&secrets), Arc::clone(&clock));

        Ok(Self {
            disconnect_channel: DisconnectChannel {
                console: console.clone(),
                accounts: change_account.clone(),
                channels: channels.clone(),
                secrets: Arc::clone(&secrets),
                line: Arc::clone(&line),
                inbox: leave_inbox.clone(),
                erase: erase.clone(),
                public_url: public_url.clone(),
            },
            export: Export {
                console: console.clone(),
                accounts: accounts.clone(),
                journal: outbox.journal.clone(),
                links: links.reader(),
                clock: Arc::clone(&clock),
            },
            settings: ChangeSettings {
                console: console.clone(),
                accounts: change_account.clone(),
                channels: ChangeChannel { channels: channels.clone(), clock: Arc::clone(&clock) },
                messages: message::read_setting,
            },
            webhook_secret: WebhookSecret {
                console: console.clone(),
                secrets: WebhookSecrets { secrets: Arc::clone(&secrets) },
            },
            connect: ConnectChannels {
                console: console.clone(),
                try_channel: TryChannel {
                    line,
                    secrets: Arc::clone(&secrets),
                    channels: channels.clone(),
                    public_url: public_url.clone(),
                },
                choose: ChooseProvider {
                    accounts: change_account.clone(),
                    channels: channels.clone(),
                    set_up: Arc::clone(&set_up),
                },
                connect: ConnectChannel { channels: channels.clone(), accounts: change_account.clone() },
            },
            inbox: TeamInbox {
                console: console.clone(),
                inbox: OpenInbox {
                    set_up: Arc::clone(&set_up),
                    inboxes,
                    channels: ChangeChannel { channels: channels.clone(), clock: Arc::clone(&clock) },
                    public_url: public_url.clone(),
                },
            },
            disconnect_account: DisconnectAccount {
                console: console.clone(),
                accounts: change_account.clone(),
                channels: channels.clone(),
                secrets: Arc::clone(&secrets),
                set_up: Arc::clone(&set_up),
                inbox: leave_inbox,
            },
            install: Install {
                console: console.clone(),
                set_up: SetUpAccount { set_up, secrets: Arc::clone(&secrets), accounts: change_account },
            },
            verify: VerifyCall {
                callers: crm::caller,
                // Strangers can ask as often as they like.
                accounts: adapters.accounts()?.remembering(Arc::clone(&clock)),
                secrets: Arc::clone(&secrets),
                clock: Arc::clone(&clock),
                public_url: public_url.clone(),
            },
            app: config::hubspot_app(environment)?,
            people: People {
                console: console.clone(),
                accounts: accounts.clone(),
                channels: channels.clone(),
                crms: Arc::clone(&crms),
                states: PersonStates { journal: outbox.journal.clone(), links: links.reader() },
                link: link.clone(),
                tend: Tend { outbox: outbox.clone() },
                erase,
            },
            outside: Arc::new(Outward::new(Arc::clone(&clock))),
            test_send: TestSend {
                preview: Preview {
                    crms: Arc::clone(&crms),
                    states: PersonStates { journal: outbox.journal.clone(), links: links.reader() },
                    line: check,
                    compose: message::composed,
                    clock: Arc::clone(&clock),
                },
                push: adapters.push_queue()?,
                marked: message::as_test,
            },
            talks: Talks {
                console: console.clone(),
                accounts: accounts.clone(),
                channels: channels.clone(),
                crms,
                states: PersonStates { journal: outbox.journal.clone(), links: links.reader() },
                read: ReadTalk { journal: outbox.journal.clone() },
                talk: Talk { push: adapters.push_queue()? },
                mark_read: MarkRead {
                    journal: outbox.journal.clone(),
                    signs: Arc::new(signs),
                    clock: Arc::clone(&clock),
                },
                decide: Decide { settle: settle.clone() },
                clock,
            },
            sends: DecideSends {
                console: console.clone(),
                sends: ParkedSends { journal: outbox.journal.clone() },
                decide: Decide { settle },
            },
            questions: AnswerQuestions {
                console: console.clone(),
                questions: OpenQuestions { journal: outbox.journal, links: links.reader() },
                decide: DecideQuestion { channels: channels.clone(), link },
            },
            letters: ReturnLetters {
                console: console.clone(),
                accounts: accounts.clone(),
                channels: channels.clone(),
                send_back: SendBack { queues: adapters.dead_letters()? },
            },
            check_up: wiring::check_up(adapters, environment, &http)?,
            trials: adapters.trials()?,
            links: links.reader(),
            line_app_url: config::line_app_url(environment)?,
            liff_url: config::liff_urls(environment)?.apps,
            console,
            accounts,
            channels,
            public_url,
        })
    }
}
