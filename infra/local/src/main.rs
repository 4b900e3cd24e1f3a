//! `cargo run -p local`: Musubi on a laptop, with nothing to set up.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use local::burst::Burst;
use local::world::{Options, World, WorldError};
use local::{outputs, seed};
use musubi::domain::channel::ChannelSettings;
use serde_json::json;
use tracing_subscriber::EnvFilter;

/// Musubi in one process: the real handlers over embedded AWS emulators, a LINE phone and a small CRM to look at.
/// 手元のパソコンでMusubiを動かします。準備は不要です。
#[derive(Parser)]
#[command(name = "local")]
struct Arguments {
    /// The page's port; 0 takes any free one. Without it, 8800 if that is free. / ページのポート番号
    #[arg(long)]
    port: Option<u16>,
    /// Keeps tables, queues and secrets in this directory. / データを保存するフォルダー
    #[arg(long)]
    data: Option<PathBuf>,
    /// A conversation idle for so many seconds becomes a timeline entry (15 minutes). / 会話が途切れたとみなすまでの秒数
    #[arg(long, default_value_t = 900)]
    flush_after: i64,
    /// Contacts of people without an e-mail address get one of this domain. / メールアドレスのない人のコンタクトに付けるドメイン
    #[arg(long, value_name = "DOMAIN")]
    dummy_email: Option<String>,
    /// Prints one line of JSON at the start, for scripts.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the fakes of LINE and HubSpot alone, for tests of a stack that runs elsewhere.
    Fakes {
        /// The address of the stack: where webhooks and actions are posted.
        #[arg(long)]
        public_url: Option<String>,
        /// Prints one line of JSON at the start.
        #[arg(long)]
        json: bool,
    },
    /// Sends many workflow messages at once and prints how fast each step was. / 大量の送信を一度に実行し、各段階の速さを表示します
    Burst(Burst),
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Some(Command::Fakes { public_url, json }) => local::fakes::run(public_url.as_deref(), json).await,
        Some(Command::Burst(burst)) => local::burst::run(&burst).await.map(|_| ()),
        None => run(arguments).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            musubi::telemetry::log_chain("local.failed", &error);
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), WorldError> {
    let world = start(&arguments).await?;
    let outputs = outputs::write(&world.environment, arguments.data.as_deref())?;
    if arguments.json {
        println!("{}", greeting(&world, &outputs));
    } else {
        let (line, hubspot) = &world.vendor_urls;
        println!("Musubi      {}", world.url);
        println!("            {}/start   （何もないところから接続する / connect from nothing）", world.url);
        println!("  LINE      {line}\n  HubSpot   {hubspot}");
        for (name, variable) in [("DynamoDB", "AWS_ENDPOINT_URL_DYNAMODB"), ("SQS", "AWS_ENDPOINT_URL_SQS")] {
            println!("  {name:<9} {}", world.environment.get(variable).unwrap_or_default());
        }
        println!("  consoles  {}/demo/line/consoles", world.url);
        let command = format!("--outputs {} channel list", outputs.display());
        println!("  musubi    musubi {command}");
        println!(
            "            cargo run -q -p musubi-cli -- {command}   （インストールしていない場合 / not installed）"
        );
        println!("Ctrl+C で終了します。 / Ctrl+C ends it.");
    }
    let _ = tokio::signal::ctrl_c().await;
    Ok(())
}

/// On the ports that `events/env.json` names if they are free, else on any.
async fn start(arguments: &Arguments) -> Result<World, WorldError> {
    let options = |port: u16, emulators: [u16; 4]| Options {
        port,
        emulators,
        data: arguments.data.clone(),
        wakes_when_due: true,
        settings: ChannelSettings {
            idle_window_ms: arguments.flush_after.max(0) * 1000,
            dummy_email_domain: arguments.dummy_email.clone(),
            ..ChannelSettings::default()
        },
        ..Options::default()
    };
    if arguments.port == Some(0) {
        return World::start(options(0, [0; 4])).await;
    }
    match World::start(options(arguments.port.unwrap_or(8800), [8801, 8802, 8804, 8805])).await {
        Err(WorldError::Io(_) | WorldError::Aws(_)) => World::start(options(arguments.port.unwrap_or(0), [0; 4])).await,
        started => started,
    }
}

/// What a script needs to know.
fn greeting(world: &World, outputs: &Path) -> serde_json::Value {
    json!({
        "url": world.url,
        "channel_id": seed::CHANNEL_ID,
        "channel_secret": seed::CHANNEL_SECRET,
        "bot_user_id": seed::BOT_USER_ID,
        "line_user_ids": [seed::LINKED_USER, seed::NEW_USER],
        "line_strangers": [seed::STRANGER, seed::STRANGER_WITH_EMAIL],
        "line_url": world.vendor_urls.0,
        "hubspot_app_id": seed::APP_ID.to_string(),
        "hubspot_client_secret": seed::CLIENT_SECRET,
        "portal_id": seed::PORTAL_ID.to_string(),
        "empty_portal_id": seed::EMPTY_PORTAL_ID.to_string(),
        "hubspot_url": world.vendor_urls.1,
        "public_url": world.url,
        "outputs": outputs,
    })
}
