//! `musubi`, the operator's command line: connects CRM accounts and Official Accounts to a stack,
//! shows what was dead-lettered, and writes the HubSpot project.
//!
//! It works over the same ports as the functions, against AWS or the emulators. Secrets come from
//! standard input or a hidden prompt, never from arguments, and none is ever printed, but for the one-time address of an invitation.

mod args;
mod ask;
mod channel;
mod console;
mod dead_letters;
mod doctor;
mod failure;
mod friends;
mod help;
mod hubspot_project;
mod login;
mod message;
mod parked;
mod person;
mod portal;
mod questions;
mod say;
mod settings;
mod table;
mod token_properties;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::FromArgMatches;

use args::{Args, Command, HubSpotCommand};
use ask::Ask;
use failure::Failure;
use say::{Report, Say};
use workspace::Workspace;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let language = args::language_of(&arguments);
    let read = help::command(language).try_get_matches_from(arguments).and_then(|it| Args::from_arg_matches(&it));
    let args = match read {
        Ok(args) => args,
        Err(error) => return help::show(&error, language),
    };
    let say = Say::new(args.language(), args.json);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a process can always make a runtime of one thread");
    let has_outputs = args.outputs.is_some();
    match runtime.block_on(run(args, say)) {
        Ok(report) => say.report(&report),
        Err(failure) => say.failure(&failure.seen_from(has_outputs)),
    }
}

async fn run(args: Args, say: Say) -> Result<Report, Failure> {
    let environment = workspace::environment(args.outputs.as_deref())?;
    if let Command::HubSpot(command @ HubSpotCommand::Project { .. }) = &args.command {
        return hubspot_project::run(environment, &say, command).await;
    }
    let workspace = Workspace::open(environment).await?;
    let mut ask = Ask::new(say);
    match &args.command {
        Command::Doctor => doctor::run(&workspace, &say).await,
        Command::Portal(command) => portal::run(&workspace, &mut ask, &say, command).await,
        Command::Channel(command) => channel::run(&workspace, &mut ask, &say, command).await,
        Command::Login(command) => login::run(&workspace, &mut ask, &say, command).await,
        Command::Route(command) => login::route::run(&workspace, &say, command).await,
        Command::Friends(command) => friends::run(&workspace, &say, command).await,
        Command::DeadLetters(command) => dead_letters::run(&workspace, &say, command).await,
        Command::Parked(command) => parked::run(&workspace, &say, command).await,
        Command::Person(command) => person::run(&workspace, &mut ask, &say, command).await,
        Command::Message(command) => message::run(&workspace, &say, command).await,
        Command::Questions(command) => questions::run(&workspace, &say, command).await,
        Command::Console(command) => console::run(&workspace, &say, command).await,
        Command::HubSpot(HubSpotCommand::App { app, forget_old_secret }) => {
            portal::app::enter(&workspace, &mut ask, &say, app, *forget_old_secret).await
        }
        Command::HubSpot(HubSpotCommand::Project { .. }) => {
            unreachable!("handled above, since it mostly needs no AWS")
        }
    }
}
