//! Keeps an emulator's state in a file, as JSON.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A file that follows a state.
#[derive(Debug)]
pub(super) struct Snapshot(PathBuf);

impl Snapshot {
    pub(super) fn new(file: PathBuf) -> Self {
        Self(file)
    }

    /// The state in the file; the default where there is no file.
    pub(super) fn load<T: DeserializeOwned + Default>(file: Option<&Path>) -> std::io::Result<T> {
        match file.map(std::fs::read) {
            None => Ok(T::default()),
            Some(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(T::default()),
            Some(Err(error)) => Err(error),
            Some(Ok(json)) => Ok(serde_json::from_slice(&json)?),
        }
    }

    /// Writes the state, so that a reader finds the old or the new one whole.
    pub(super) fn save<T: Serialize>(&self, state: &T) {
        let new = self.0.with_extension("new");
        let written = serde_json::to_vec(state)
            .map_err(std::io::Error::from)
            .and_then(|json| std::fs::write(&new, json))
            .and_then(|()| std::fs::rename(&new, &self.0));
        if let Err(error) = written {
            tracing::warn!(file = %self.0.display(), %error, "local.snapshot_failed");
        }
    }
}
