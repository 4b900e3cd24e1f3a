//! Help and usage errors in the language that was asked for. The English words are the doc comments of [`crate::args`]; the
//! Japanese ones stand in [`words`], by the place in which they are shown.

mod misuse;
mod words;

use std::process::ExitCode;

use clap::{Arg, Command, CommandFactory};
use musubi::domain::language::Language;

use crate::args::Args;
use crate::settings;

/// The command line, with its help in this language.
pub fn command(language: Language) -> Command {
    let mut command = Args::command();
    if language == Language::Japanese {
        // What clap adds by itself is there only after this.
        command.build();
        command = in_japanese(command, "");
    }
    command
}

/// Shows the help that was asked for, or what was wrong about the call; answers with the exit code: 0 or 2.
pub fn show(error: &clap::Error, language: Language) -> ExitCode {
    let is_error = error.use_stderr();
    if language == Language::English {
        let _ = error.print();
    } else if is_error {
        eprintln!("{}", misuse::words(error));
    } else {
        println!("{}", clap_words(&error.render().to_string()).trim_end());
    }
    if is_error { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

fn in_japanese(mut command: Command, path: &str) -> Command {
    if let Some(about) = words::of(path, "") {
        command = command.about(about).long_about(about);
    }
    if let Some(more) = below(path) {
        command = command.after_help(more.clone()).after_long_help(more);
    }
    command.mut_args(|arg| argument(arg, path)).mut_subcommands(|sub| {
        // `musubi help channel` repeats the whole tree.
        let below = if sub.get_name() == "help" { path.to_owned() } else { format!("{path} {}", sub.get_name()) };
        match sub.get_name() {
            "help" => in_japanese(sub, &below).about("このヘルプ、または指定したコマンドのヘルプを表示します"),
            _ => in_japanese(sub, below.trim_start()),
        }
    })
}

/// What stands below a command's help.
fn below(path: &str) -> Option<String> {
    match path {
        "channel set" => Some(settings::of_channel(Language::Japanese)),
        "login set" => Some(settings::of_login(Language::Japanese)),
        "portal set" => Some(settings::of_account(Language::Japanese)),
        _ => words::of(path, "*").map(str::to_owned),
    }
}

fn argument(arg: Arg, path: &str) -> Arg {
    let Some(text) = words::of(path, &name_of(&arg)) else { return arg };
    let values: Vec<String> = match arg.get_action().takes_values() && !arg.is_hide_possible_values_set() {
        true => arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect(),
        false => Vec::new(),
    };
    let text = match values.is_empty() {
        true => text.to_owned(),
        false => format!("{text}（指定できる値：{}）", values.join("、")),
    };
    arg.help(text.clone()).long_help(text).hide_possible_values(true)
}

/// `--long`, or a positional argument's name.
fn name_of(arg: &Arg) -> String {
    match arg.get_long() {
        Some(long) => format!("--{long}"),
        None => arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string).unwrap_or_default(),
    }
}

/// The words that clap itself puts around ours.
const CLAPS: [(&str, &str); 9] = [
    ("Usage:", "使い方:"),
    ("Commands:", "コマンド:"),
    ("Arguments:", "引数:"),
    ("Options:", "オプション:"),
    ("[OPTIONS]", "[オプション]"),
    ("<COMMAND>", "<コマンド>"),
    ("[COMMAND]", "[コマンド]"),
    ("[default: ", "[既定値: "),
    ("[env: ", "[環境変数: "),
];

fn clap_words(text: &str) -> String {
    let text = CLAPS.iter().fold(text.to_owned(), |text, (english, japanese)| text.replace(english, japanese));
    text.replace("[aliases: ", "[別名: ").replace("[alias: ", "[別名: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything(command: &Command, path: &str, visit: &mut dyn FnMut(&Command, &str)) {
        visit(command, path);
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            everything(sub, format!("{path} {}", sub.get_name()).trim_start(), visit);
        }
    }

    #[test]
    fn every_command_and_every_argument_has_japanese_words() {
        let mut missing = Vec::new();
        let mut english = Args::command();
        english.build();
        everything(&english, "", &mut |command, path| {
            let mut names = vec![String::new()];
            names.extend(command.get_after_help().filter(|_| below(path).is_none()).map(|_| "*".to_owned()));
            names.extend(command.get_arguments().filter(|arg| !arg.is_hide_set()).map(name_of));
            missing.extend(
                names.into_iter().filter(|name| words::of(path, name).is_none()).map(|name| format!("{path} | {name}")),
            );
        });
        assert!(missing.is_empty(), "add to infra/cli/src/help/words.rs: {missing:#?}");
    }

    #[test]
    fn japanese_words_belong_to_something_that_is_there() {
        let mut known = Vec::new();
        let mut english = Args::command();
        english.build();
        everything(&english, "", &mut |command, path| {
            known.extend([(path.to_owned(), String::new()), (path.to_owned(), "*".to_owned())]);
            known.extend(command.get_arguments().map(|arg| (path.to_owned(), name_of(arg))));
        });
        for (path, name, _) in words::all() {
            let is_there = |(at, called): &(String, String)| called == name && (at == path || *path == "...");
            assert!(known.iter().any(is_there), "{path} | {name} is gone");
        }
    }

    #[test]
    fn no_english_of_claps_is_left_in_japanese_help() {
        let mut shown = String::new();
        everything(&command(Language::Japanese), "", &mut |command, _| {
            shown += &clap_words(&command.clone().render_long_help().to_string());
            shown += &clap_words(&command.clone().render_help().to_string());
        });
        assert!(shown.contains("使い方: musubi channel set [オプション] <CHANNEL> <SETTINGS>..."), "{shown}");
        for left in ["Usage", "Options", "Commands", "Arguments", "Print ", "ossible values", "default:", "alias"] {
            assert!(!shown.contains(left), "{left}");
        }
    }
}
