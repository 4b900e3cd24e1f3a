//! The CRM's file store.

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use musubi::domain::file::{FileKind, FilePlace};
use musubi::domain::ids::{FileId, NoteId};
use musubi::ports::CrmFiles;
use musubi::ports::crm::{CrmFailure, Each};
use musubi::ports::files::FileBytes;

use super::crm::{ModelCrm, new_id};

/// A file in the CRM's store.
#[derive(Clone)]
pub struct ModelFile {
    pub path: String,
    pub kind: FileKind,
    pub bytes: Vec<u8>,
}

#[async_trait]
impl CrmFiles for ModelCrm {
    async fn find_file(&self, place: &FilePlace) -> Each<Option<FileId>> {
        self.each("crm find file", std::slice::from_ref(place), |state, place| {
            let mut files = state.files.iter();
            Ok(files.find(|(_, file)| file.path == place.path()).map(|(id, _)| id.clone()))
        })
        .await
        .remove(0)
    }

    async fn save_file(&self, place: &FilePlace, kind: FileKind, mut bytes: FileBytes) -> Each<FileId> {
        let mut whole = Vec::new();
        while let Some(chunk) = bytes.chunks.next().await {
            let Ok(chunk) = chunk else { return Err(CrmFailure::Unknown) };
            whole.extend_from_slice(&chunk);
        }
        let file = ModelFile { path: place.path(), kind, bytes: whole };
        self.each("crm save file", std::slice::from_ref(&file), |state, file| {
            let id = FileId::new(new_id(state).to_string());
            state.files.insert(id.clone(), file.clone());
            Ok(id)
        })
        .await
        .remove(0)
    }

    async fn publish_file(&self, place: &FilePlace, kind: FileKind, bytes: Bytes) -> Each<String> {
        if self.find_file(place).await?.is_none() {
            self.save_file(place, kind, FileBytes::whole(bytes)).await?;
        }
        Ok(format!("https://files.example{}", place.path()))
    }

    async fn attach_files(&self, note: &NoteId, files: &[FileId]) -> Each<()> {
        self.each("crm attach files", &[(note.clone(), files.to_vec())], |state, (id, files)| {
            let at: usize = id.as_str().parse().expect("a model's note");
            if state.checks_files && files.iter().any(|file| !state.files.contains_key(file)) {
                return Err(CrmFailure::Refused { code: "NO_SUCH_FILE".to_owned() });
            }
            let hanging = &mut state.notes.get_mut(at).ok_or(CrmFailure::Gone)?.files;
            let new: Vec<FileId> = files.iter().filter(|file| !hanging.contains(file)).cloned().collect();
            hanging.extend(new);
            Ok(())
        })
        .await
        .remove(0)
    }

    async fn delete_file(&self, file: &FileId) -> Each<()> {
        self.each("crm delete file", std::slice::from_ref(file), |state, file| {
            state.files.remove(file).map(|_| ()).ok_or(CrmFailure::Gone)
        })
        .await
        .remove(0)
    }

    async fn file_address(&self, file: &FileId) -> Each<String> {
        let known = self.state.lock().unwrap().files.contains_key(file);
        if known { Ok(format!("https://crm.example/{file}")) } else { Err(CrmFailure::Gone) }
    }

    async fn file_preview(&self, file: &FileId) -> Each<Bytes> {
        let known = self.state.lock().unwrap().files.get(file).map(|file| file.bytes.clone().into());
        known.ok_or(CrmFailure::Gone)
    }
}
