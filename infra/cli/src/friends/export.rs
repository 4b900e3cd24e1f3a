//! `friends export`: everybody into one file, page by page.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use musubi::domain::export::ExportFormat;
use musubi::domain::language::Language;
use musubi::flow::console::Console;
use musubi::flow::export::Export;
use musubi::store::journal::PeoplePart;
use serde_json::json;

use crate::failure::Failure;
use crate::say::{Report, Say};
use crate::workspace::Workspace;

/// So many people are held at once.
const PAGE: usize = 500;

/// Writes the file; one that is there already is left as it is. What another version wrote is missing, and said.
///
/// # Errors
/// See [`Failure`]; then there is no file.
pub async fn export(workspace: &Workspace, say: &Say, channel: &str, path: &Path) -> Result<Report, Failure> {
    let format = path.extension().and_then(|ending| ending.to_str()).and_then(ExportFormat::parse);
    let format = format.ok_or_else(|| {
        Failure::usage(
            "ファイル名の末尾を .csv または .json にしてください。",
            "The file's name must end with .csv or .json.",
        )
    })?;
    let channel = workspace.channel(channel).await?;
    let export = Export {
        console: Console { operators: workspace.adapters.operators()?, clock: workspace.clock() },
        accounts: workspace.accounts()?,
        journal: workspace.adapters.journal()?,
        links: workspace.adapters.link_reader()?,
        clock: workspace.clock(),
    };
    let mut file = BufWriter::new(new_file(path)?);
    let written = async {
        export.note(&channel, None).await?;
        let rows = export.file(&channel, format).await?;
        file.write_all(rows.head().as_bytes()).map_err(|_| unwritable(path))?;
        let (mut count, mut unreadable, mut from) = (0, 0, None);
        loop {
            let page = export.page(&channel, PeoplePart::ALL, from, PAGE).await?;
            for person in &page.people {
                file.write_all(rows.row(person, count == 0).as_bytes()).map_err(|_| unwritable(path))?;
                count += 1;
            }
            unreadable += page.unreadable;
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        file.write_all(rows.tail().as_bytes()).and_then(|()| file.flush()).map_err(|_| unwritable(path))?;
        Ok::<_, Failure>((count, unreadable))
    };
    let (count, unreadable) = match written.await {
        Ok(written) => written,
        Err(failure) => {
            // Half a list is none.
            let _ = std::fs::remove_file(path);
            return Err(failure);
        }
    };
    say.unreadable(unreadable);
    let shown = path.display();
    let text = match say.language {
        Language::Japanese => format!(
            "{count}人分を {shown} に書き出しました。個人の情報が入っているため、保管先にご注意ください。メッセージの本文は含みません（HubSpotのメモにあります）。"
        ),
        Language::English => format!(
            "{count} people are in {shown}. They are personal data: mind where you keep them. No message is in it: messages are in HubSpot's notes."
        ),
    };
    let json = json!({
        "channel_id": channel.id.as_str(), "people": count, "unreadable": unreadable, "format": format.as_str(),
    });
    Ok(Report { json, text, good: unreadable == 0 })
}

/// For its owner alone.
fn new_file(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::usage(
            format!("{} はすでにあります。別の名前を指定してください。", path.display()),
            format!("{} is there already. Give another name.", path.display()),
        ),
        _ => unwritable(path),
    })
}

fn unwritable(path: &Path) -> Failure {
    Failure::failed(format!("{} に書き込めません。", path.display()), format!("{} cannot be written.", path.display()))
}
