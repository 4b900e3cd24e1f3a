//! What `sam list stack-outputs` says of a deployed stack, said of this one: so that the operator's command line works on it.

use std::io;
use std::path::{Path, PathBuf};

use musubi::config::{Environment, OF_THIS_MACHINE};
use serde_json::{Map, Value, json};

/// The template's outputs, and the variables that hold the same here.
const OUTPUTS: [(&str, &str); 13] = [
    ("PublicUrl", "MUSUBI_PUBLIC_URL"),
    ("ChannelsTableName", "MUSUBI_CHANNELS_TABLE"),
    ("LinksTableName", "MUSUBI_LINKS_TABLE"),
    ("JournalTableName", "MUSUBI_JOURNAL_TABLE"),
    ("ConsoleTableName", "MUSUBI_CONSOLE_TABLE"),
    ("InboxQueueUrl", "MUSUBI_INBOX_QUEUE_URL"),
    ("InboxDeadLetterQueueUrl", "MUSUBI_INBOX_DLQ_URL"),
    ("PushQueueUrl", "MUSUBI_PUSH_QUEUE_URL"),
    ("PushDeadLetterQueueUrl", "MUSUBI_PUSH_DLQ_URL"),
    ("CrmQueueUrl", "MUSUBI_CRM_QUEUE_URL"),
    ("CrmDeadLetterQueueUrl", "MUSUBI_CRM_DLQ_URL"),
    ("NoticesQueueUrl", "MUSUBI_NOTICES_QUEUE_URL"),
    ("NoticesDeadLetterQueueUrl", "MUSUBI_NOTICES_DLQ_URL"),
];

/// Writes the outputs of a world with this environment; answers with the file. It is `outputs.json` in `data`, else one for each
/// port in cargo's `target` where there is one, else in the machine's temporary directory. The same again writes the same.
///
/// # Errors
/// The file cannot be written.
pub fn write(environment: &Environment, data: Option<&Path>) -> io::Result<PathBuf> {
    let file = match data {
        Some(data) => data.join("outputs.json"),
        None => {
            let url = environment.get("MUSUBI_PUBLIC_URL").unwrap_or_default();
            let target = PathBuf::from("target");
            let folder = if target.is_dir() { target } else { std::env::temp_dir() };
            folder.join(format!("musubi-local-{}.json", url.rsplit(':').next().unwrap_or_default()))
        }
    };
    let mut outputs: Map<String, Value> =
        OUTPUTS.iter().filter_map(|(name, of)| Some(((*name).to_owned(), json!(environment.get(of)?)))).collect();
    let stack = environment.get("MUSUBI_STACK").unwrap_or_default();
    outputs.insert("SecretsPrefix".to_owned(), json!(format!("musubi/{stack}/")));
    let here = OF_THIS_MACHINE.iter().filter_map(|name| Some(((*name).to_owned(), json!(environment.get(name)?))));
    outputs.insert("ThisMachine".to_owned(), Value::Object(here.collect()));
    std::fs::write(&file, format!("{:#}\n", Value::Object(outputs)))?;
    Ok(file)
}
