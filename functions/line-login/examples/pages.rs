//! Writes every page in both languages to a folder, for people who want to look at them: `cargo run -p line-login --example
//! pages -- FOLDER`.

use std::path::PathBuf;

use line_login::pages::samples::{self, KIND, LANGUAGES};

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or_else(|| std::io::Error::other("to which folder?"))?);
    std::fs::create_dir_all(&folder)?;
    for (language, tag) in LANGUAGES {
        for (name, page) in samples::all(language, &KIND) {
            std::fs::write(folder.join(format!("{name}.{tag}.html")), page.html())?;
        }
    }
    Ok(())
}
