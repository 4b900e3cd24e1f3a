//! Settings on the command line: read, shown and explained by what `musubi::domain::settings` declares.

use musubi::domain::language::Language;
use musubi::domain::settings::{ACCOUNT, CHANNEL, LOGIN, SettingFault, SettingValue, Settings};
use musubi::line::message;

use crate::failure::Failure;
use crate::table::{on, span};

/// Changes settings, each written `KEY=VALUE`: either all or none.
///
/// # Errors
/// There is no such setting, it takes no such value, or they do not go together; told as by this command.
pub fn change<T: Clone>(list: &Settings<T>, of: &mut T, changes: &[String], command: &str) -> Result<(), Failure> {
    let changes = changes.iter().map(String::as_str);
    list.change(of, changes, message::read_setting).map_err(|fault| refused(&fault, command))
}

/// What is wrong, in words; of what there is to be set, this command tells.
pub fn refused(fault: &SettingFault, command: &str) -> Failure {
    let (japanese, english) = (fault.words(Language::Japanese), fault.words(Language::English));
    match fault {
        SettingFault::Unknown => Failure::usage(
            format!("{japanese}musubi {command} --help で一覧を確認してください。"),
            format!("{english} See musubi {command} --help."),
        ),
        _ => Failure::usage(japanese, english),
    }
}

/// For people, as it can be typed.
pub fn shown(value: &SettingValue, language: Language) -> String {
    match value {
        SettingValue::Flag(value) => on(*value, language),
        SettingValue::SpanMs(span_ms) => span(*span_ms),
        value => value.written(),
    }
}

/// For people, by the names that are typed.
pub fn facts<T: Clone>(list: &Settings<T>, of: &T, language: Language) -> Vec<(&'static str, String)> {
    list.values(of).into_iter().map(|(name, value)| (name, shown(&value, language))).collect()
}

/// What stands below the help of `channel set`.
pub fn of_channel(language: Language) -> String {
    let more = language.pick("\n\non と off は、オン、オフとも書けます。", "");
    explained(&CHANNEL, 3, language) + more
}

/// What stands below the help of `login set`.
pub fn of_login(language: Language) -> String {
    let more = language.pick(
        "\n\non と off は、オン、オフとも書けます。\n--login-channel-id を指定すると、LINEログインのチャネルのチャネルシークレットを尋ねます。",
        "\n\nWith --login-channel-id the LINE Login channel's secret is asked for.",
    );
    explained(&LOGIN, 4, language) + more
}

/// What stands below the help of `portal set`.
pub fn of_account(language: Language) -> String {
    explained(&ACCOUNT, 3, language)
}

/// The column in which explanations stand.
const COLUMN: usize = 29;

/// How each setting is written, and what that means. What is longer than the column is followed by `gap` blanks.
fn explained<T>(list: &Settings<T>, gap: usize, language: Language) -> String {
    let forms = list.all.iter().flat_map(|setting| setting.forms.iter().map(|form| (setting.name, form)));
    let lines = forms.map(|(name, form)| {
        let written = format!("{name}={}", form.written);
        let blanks = if written.len() < COLUMN { COLUMN - written.len() } else { gap };
        let means = form.means.of(language).replace('\n', &format!("\n{}", " ".repeat(COLUMN)));
        format!("{written}{}{means}", " ".repeat(blanks))
    });
    lines.collect::<Vec<_>>().join("\n")
}
