//! Secrets Manager on a laptop: values, versions by request token, deletion with a time to recover.
//! Not kept: permissions, rotation, tags, replication, version stages beyond the current one, paging.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use musubi::ports::Clock;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::json::{Answer, AwsFault, input};
use super::snapshot::Snapshot;

/// The secrets. Cloning shares them.
#[derive(Clone)]
pub struct LocalSecrets(Arc<Inner>);

struct Inner {
    stored: Mutex<BTreeMap<String, Stored>>,
    reads: Mutex<BTreeMap<String, usize>>,
    clock: Arc<dyn Clock>,
    snapshot: Option<Snapshot>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Stored {
    arn: String,
    value: Option<String>,
    version: String,
    versions: BTreeMap<String, String>,
    created_at_ms: i64,
    changed_at_ms: i64,
    /// Marked for deletion since, and gone at.
    deleted_ms: Option<(i64, i64)>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct SecretRequest {
    secret_id: String,
    name: String,
    secret_string: Option<String>,
    client_request_token: Option<String>,
    recovery_window_in_days: Option<i64>,
    force_delete_without_recovery: bool,
    include_planned_deletion: bool,
    filters: Vec<Filter>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Filter {
    key: String,
    values: Vec<String>,
}

type All<'a> = MutexGuard<'a, BTreeMap<String, Stored>>;

impl LocalSecrets {
    pub(super) fn open(clock: Arc<dyn Clock>, file: Option<PathBuf>) -> std::io::Result<Self> {
        let stored = Mutex::new(Snapshot::load(file.as_deref())?);
        Ok(Self(Arc::new(Inner { stored, reads: Mutex::default(), clock, snapshot: file.map(Snapshot::new) })))
    }

    /// The names of all secrets that are not marked for deletion.
    pub fn names(&self) -> Vec<String> {
        let stored = self.stored();
        stored.iter().filter(|(_, stored)| stored.deleted_ms.is_none()).map(|(name, _)| name.clone()).collect()
    }

    /// How often GetSecretValue was called for a name, found or not.
    pub fn reads(&self, name: &str) -> usize {
        self.0.reads.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied().unwrap_or(0)
    }

    /// How often GetSecretValue was called, whatever the name.
    pub fn all_reads(&self) -> usize {
        self.0.reads.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// One call of the API.
    pub(super) fn call(&self, operation: &str, body: &[u8]) -> Answer {
        let asked: SecretRequest = input(body)?;
        let now_ms = self.0.clock.now_ms();
        let mut stored = self.stored();
        stored.retain(|_, stored| stored.deleted_ms.is_none_or(|(_, gone_ms)| gone_ms > now_ms));
        match operation {
            "GetSecretValue" => return self.get(&stored, &asked.secret_id),
            "DescribeSecret" => {
                let (name, secret) = find(&stored, &asked.secret_id)?;
                return Ok(described(name, secret));
            }
            "ListSecrets" => return Ok(list(&stored, &asked)),
            _ => {}
        }
        let answer = match operation {
            "CreateSecret" => create(&mut stored, asked, now_ms),
            "PutSecretValue" => put(&mut stored, asked, now_ms),
            "DeleteSecret" => delete(&mut stored, &asked, now_ms),
            "RestoreSecret" => {
                let (name, secret) = find_mut(&mut stored, &asked.secret_id)?;
                secret.deleted_ms = None;
                Ok(json!({ "ARN": secret.arn, "Name": name }))
            }
            other => Err(AwsFault::new("UnknownOperationException", format!("{other} is not known here"))),
        }?;
        if let Some(snapshot) = &self.0.snapshot {
            snapshot.save(&*stored);
        }
        Ok(answer)
    }

    fn get(&self, stored: &All<'_>, id: &str) -> Answer {
        *self.0.reads.lock().unwrap_or_else(PoisonError::into_inner).entry(id.to_owned()).or_default() += 1;
        let (name, secret) = find(stored, id)?;
        if secret.deleted_ms.is_some() {
            return Err(marked_for_deletion());
        }
        let Some(value) = &secret.value else {
            return Err(AwsFault::new(
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
            ));
        };
        Ok(json!({
            "ARN": secret.arn, "Name": name, "VersionId": secret.version, "SecretString": value,
            "VersionStages": ["AWSCURRENT"], "CreatedDate": seconds(secret.changed_at_ms),
        }))
    }

    fn stored(&self) -> All<'_> {
        self.0.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn create(stored: &mut All<'_>, asked: SecretRequest, now_ms: i64) -> Answer {
    let valid = (1..=512).contains(&asked.name.len())
        && asked.name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+=.@-".contains(&b));
    if !valid {
        return Err(AwsFault::new(
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        ));
    }
    match stored.get(&asked.name) {
        Some(found) if found.deleted_ms.is_some() => {
            return Err(AwsFault::new(
                "InvalidRequestException",
                "You can't create this secret because a secret with this name is already scheduled for deletion.",
            ));
        }
        Some(_) => {
            return Err(AwsFault::new(
                "ResourceExistsException",
                format!("The operation failed because the secret {} already exists.", asked.name),
            ));
        }
        None => {}
    }
    let version = asked.client_request_token.unwrap_or_else(|| Uuid::new_v4().to_string());
    let tail: String = Uuid::new_v4().simple().to_string().chars().take(6).collect();
    let arn = format!("arn:aws:secretsmanager:ap-northeast-1:000000000000:secret:{}-{tail}", asked.name);
    let versions = asked.secret_string.iter().map(|value| (version.clone(), value.clone())).collect();
    let answer = json!({ "ARN": arn, "Name": asked.name, "VersionId": version });
    let secret = Stored {
        arn,
        value: asked.secret_string,
        version,
        versions,
        created_at_ms: now_ms,
        changed_at_ms: now_ms,
        deleted_ms: None,
    };
    stored.insert(asked.name, secret);
    Ok(answer)
}

fn put(stored: &mut All<'_>, asked: SecretRequest, now_ms: i64) -> Answer {
    let (name, secret) = find_mut(stored, &asked.secret_id)?;
    if secret.deleted_ms.is_some() {
        return Err(marked_for_deletion());
    }
    let Some(value) = asked.secret_string else {
        return Err(AwsFault::new("InvalidRequestException", "You must provide either SecretString or SecretBinary."));
    };
    if !(1..=65_536).contains(&value.len()) {
        return Err(AwsFault::new("ValidationException", "SecretString must have a length from 1 to 65536"));
    }
    let version = asked.client_request_token.unwrap_or_else(|| Uuid::new_v4().to_string());
    match secret.versions.get(&version) {
        Some(before) if *before != value => {
            return Err(AwsFault::new(
                "ResourceExistsException",
                "You can't use ClientRequestToken again with a different value.",
            ));
        }
        // The same request again changes nothing, even if a later one has been here since.
        Some(_) => {}
        None => {
            secret.versions.insert(version.clone(), value.clone());
            secret.value = Some(value);
            secret.version.clone_from(&version);
            secret.changed_at_ms = now_ms;
        }
    }
    Ok(json!({ "ARN": secret.arn, "Name": name, "VersionId": version, "VersionStages": ["AWSCURRENT"] }))
}

fn delete(stored: &mut All<'_>, asked: &SecretRequest, now_ms: i64) -> Answer {
    let days = asked.recovery_window_in_days.unwrap_or(30);
    if !(7..=30).contains(&days) {
        return Err(AwsFault::new(
            "InvalidParameterException",
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        ));
    }
    let (name, secret) = find_mut(stored, &asked.secret_id)?;
    if secret.deleted_ms.is_some() && !asked.force_delete_without_recovery {
        return Err(marked_for_deletion());
    }
    let gone_ms = if asked.force_delete_without_recovery { now_ms } else { now_ms + days * 86_400_000 };
    secret.deleted_ms = Some((now_ms, gone_ms));
    let answer = json!({ "ARN": secret.arn, "Name": name, "DeletionDate": seconds(gone_ms) });
    if asked.force_delete_without_recovery {
        stored.remove(&name);
    }
    Ok(answer)
}

fn list(stored: &All<'_>, asked: &SecretRequest) -> Value {
    // A filter on names matches how they begin; any other filter is not known here and matches all.
    let matches = |name: &str| {
        asked
            .filters
            .iter()
            .filter(|filter| filter.key == "name")
            .all(|filter| filter.values.iter().any(|value| name.starts_with(value.as_str())))
    };
    let secrets: Vec<Value> = stored
        .iter()
        .filter(|(name, secret)| matches(name) && (secret.deleted_ms.is_none() || asked.include_planned_deletion))
        .map(|(name, secret)| described(name, secret))
        .collect();
    json!({ "SecretList": secrets })
}

fn described(name: &str, secret: &Stored) -> Value {
    let mut answer = json!({
        "ARN": secret.arn, "Name": name, "CreatedDate": seconds(secret.created_at_ms), "LastChangedDate": seconds(secret.changed_at_ms),
        "VersionIdsToStages": { &secret.version: ["AWSCURRENT"] },
    });
    if let Some((deleted_ms, _)) = secret.deleted_ms {
        answer["DeletedDate"] = json!(seconds(deleted_ms));
    }
    answer
}

fn find<'a>(stored: &'a All<'_>, id: &str) -> Result<(&'a str, &'a Stored), AwsFault> {
    let found = stored.iter().find(|(name, secret)| *name == id || secret.arn == id);
    found.map(|(name, secret)| (name.as_str(), secret)).ok_or_else(not_found)
}

fn find_mut<'a>(stored: &'a mut All<'_>, id: &str) -> Result<(String, &'a mut Stored), AwsFault> {
    let found = stored.iter_mut().find(|(name, secret)| *name == id || secret.arn == id);
    found.map(|(name, secret)| (name.clone(), secret)).ok_or_else(not_found)
}

fn not_found() -> AwsFault {
    AwsFault::new("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

fn marked_for_deletion() -> AwsFault {
    AwsFault::new(
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
    )
}

fn seconds(at_ms: i64) -> f64 {
    at_ms as f64 / 1_000.0
}
