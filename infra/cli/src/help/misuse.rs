//! What was wrong about a call, in Japanese, with the same facts as clap's English words.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::clap_words;

/// What is wrong, how it is called, and where to read more.
pub fn words(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return clap_words(&error.render().to_string()).trim_end().to_owned();
    }
    let usage = said(error, ContextKind::Usage).map(|usage| format!("\n\n{}", clap_words(&usage))).unwrap_or_default();
    let tip = suggestion(error).map(|tip| format!("\n\n「{tip}」ではありませんか？")).unwrap_or_default();
    format!("エラー: {}{tip}{usage}\n\n詳しくは --help を付けて実行してください。", what(error))
}

fn what(error: &clap::Error) -> String {
    let given = |kind| said(error, kind).unwrap_or_default();
    let (arg, value) = (given(ContextKind::InvalidArg), given(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} には値が必要です。{}", choices(error)),
        ErrorKind::InvalidValue => format!("「{value}」は {arg} の値として使えません。{}", choices(error)),
        ErrorKind::ValueValidation => format!("「{value}」は {arg} の値として使えません。"),
        ErrorKind::UnknownArgument => format!("「{arg}」という引数はありません。"),
        ErrorKind::InvalidSubcommand => {
            format!("「{}」というコマンドはありません。", given(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingSubcommand => "コマンドを指定してください。".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("必要な引数がありません：{arg}"),
        ErrorKind::ArgumentConflict => match given(ContextKind::PriorArg) {
            prior if prior == arg || prior.is_empty() => format!("{arg} は1回だけ指定できます。"),
            prior => format!("{arg} と {prior} は同時に指定できません。"),
        },
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{arg} の値の数が正しくありません。")
        }
        ErrorKind::NoEquals => format!("{arg} の値は = でつないで指定してください。"),
        ErrorKind::InvalidUtf8 => "引数に読み取れない文字があります。UTF-8で指定してください。".to_owned(),
        _ => error.to_string(),
    }
}

fn choices(error: &clap::Error) -> String {
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => format!("指定できる値：{}", values.join("、")),
        _ => String::new(),
    }
}

fn suggestion(error: &clap::Error) -> Option<String> {
    [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .into_iter()
        .find_map(|kind| said(error, kind))
}

/// One of the facts that the error carries.
fn said(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join("、")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        ContextValue::StyledStrs(texts) => Some(texts.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")),
        ContextValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
    .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use musubi::domain::language::Language;

    use super::*;
    use crate::help::command;

    fn told(line: &str) -> String {
        let error = command(Language::Japanese).try_get_matches_from(line.split(' ')).expect_err("it is wrong");
        words(&error)
    }

    #[test]
    fn each_kind_of_misuse_is_told_in_japanese_with_its_facts() {
        for (line, parts) in [
            ("musubi chanel", &["「chanel」というコマンドはありません", "「channel」ではありませんか"][..]),
            ("musubi channel list --jsn", &["「--jsn」という引数はありません", "--json"]),
            ("musubi channel set", &["必要な引数がありません：<CHANNEL>、<SETTINGS>..."]),
            ("musubi --lang fr channel list", &["「fr」は --lang <LANG> の値として使えません", "指定できる値：ja、en"]),
            ("musubi portal add --wait x", &["「x」は --wait <WAIT> の値として使えません"]),
            ("musubi portal add --port", &["--port <PORT> には値が必要です"]),
            ("musubi parked decide x --shown --not-shown", &["--shown と --not-shown は同時に指定できません"]),
            ("musubi channel check 1 --lang ja --lang ja", &["--lang <LANG> は1回だけ指定できます"]),
        ] {
            let told = told(line);
            for part in parts {
                assert!(told.contains(part), "{line}: {told}");
            }
            assert!(
                told.contains("使い方: ") || ["fr", "--port", "--wait"].iter().any(|at| line.contains(at)),
                "{line}: {told}"
            );
            assert!(told.ends_with("詳しくは --help を付けて実行してください。"), "{line}: {told}");
            for left in ["error", "Usage", "tip:", "For more"] {
                assert!(!told.contains(left), "{line}: {told}");
            }
        }
    }
}
