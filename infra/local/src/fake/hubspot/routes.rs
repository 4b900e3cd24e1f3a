//! Which endpoint a path is, with the version where each family has it, and the scope it needs.

use super::endpoint::{Endpoint, VERSION};
use super::files;
use super::object_type::ObjectType;

/// Which endpoint a path is. An empty segment (`//`, a trailing `/`) matches nothing.
pub(crate) fn endpoint_of(method: &str, segments: &[&str]) -> Option<Endpoint> {
    let kind = |name: &str| ObjectType::parse(name);
    if segments.iter().any(|segment| segment.is_empty()) {
        return None;
    }
    let found = match (method, segments) {
        ("GET", ["oauth", "authorize"] | ["oauth", _, "authorize"]) => Endpoint::Authorize,
        ("POST", ["oauth", "authorize", "consent"]) => Endpoint::Decide,
        ("POST", ["oauth", VERSION, "token"]) => Endpoint::Token,
        ("POST", ["oauth", VERSION, "token", "introspect"]) => Endpoint::Introspect,
        ("POST", ["oauth", VERSION, "token", "revoke"]) => Endpoint::Revoke,
        ("DELETE", ["appinstalls", VERSION, "external-install"]) => Endpoint::Uninstall,
        ("GET", ["account-info", VERSION, "details"]) => Endpoint::Account,
        ("GET", ["crm", "owners", VERSION] | ["crm", "owners", VERSION, _]) => Endpoint::Owners,
        ("POST", ["files", VERSION, "files"]) => Endpoint::Upload,
        ("GET", ["files", VERSION, "files", "stat", _, ..]) => Endpoint::FileStat,
        ("GET", ["files", VERSION, "files", _, "signed-url"]) => Endpoint::SignedUrl,
        ("DELETE", ["files", VERSION, "files", _, "gdpr-delete"]) => Endpoint::DeleteFile,
        ("GET", segments) if files::secret_of(segments).is_some() => Endpoint::Download,
        ("POST", ["integrators", "timeline", VERSION, "events"]) => Endpoint::TimelineEvent,
        ("POST", ["integrators", "timeline", VERSION, "events", "batch"]) => Endpoint::TimelineBatch,
        ("POST", ["automation", "actions", "callbacks", VERSION, "complete"]) => Endpoint::CompleteBatch,
        ("POST", ["automation", "actions", "callbacks", VERSION, _, "complete"]) => Endpoint::Complete,
        ("GET", ["conversations", "v3", "conversations", "inboxes"]) => Endpoint::Inboxes,
        ("GET" | "POST", ["conversations", "custom-channels", VERSION]) => Endpoint::CustomChannel,
        ("PATCH", ["conversations", "custom-channels", VERSION, _]) => Endpoint::CustomChannel,
        (_, ["conversations", "custom-channels", VERSION, _, rest @ ..]) => return inbox_endpoint(method, rest),
        (_, ["crm", "objects", VERSION, name, rest @ ..]) => {
            return object_endpoint(method, kind(name)?, rest);
        }
        (_, ["crm", "properties", VERSION, name, rest @ ..]) => {
            return property_endpoint(method, kind(name)?, rest);
        }
        ("POST", ["crm", "associations", VERSION, from, to, "batch", rest @ ..]) => {
            kind(from).and(kind(to))?;
            match rest {
                ["associate", "default"] => Endpoint::Associate,
                ["read"] => Endpoint::ReadAssociations,
                ["archive"] => Endpoint::Dissociate,
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(found)
}

fn object_endpoint(method: &str, kind: ObjectType, rest: &[&str]) -> Option<Endpoint> {
    let found = match (method, rest) {
        ("POST", []) => Endpoint::Create(kind),
        ("POST", ["batch", "read"]) => Endpoint::BatchRead(kind),
        ("POST", ["batch", "create"]) => Endpoint::BatchCreate(kind),
        ("POST", ["batch", "update"]) => Endpoint::BatchUpdate(kind),
        ("POST", ["batch", "upsert"]) => Endpoint::BatchUpsert(kind),
        ("POST", ["batch", "archive"]) => Endpoint::BatchArchive(kind),
        ("POST", ["search"]) => Endpoint::Search(kind),
        ("POST", ["merge"]) if kind == ObjectType::Contact => Endpoint::Merge,
        ("POST", ["gdpr-delete"]) if kind == ObjectType::Contact => Endpoint::GdprDelete,
        ("GET", [_]) => Endpoint::Get(kind),
        ("PATCH", [_]) => Endpoint::Update(kind),
        ("DELETE", [_]) => Endpoint::Delete(kind),
        ("GET", [id, "associations", to]) => {
            id.parse::<u64>().ok()?;
            ObjectType::parse(to)?;
            Endpoint::ReadAssociations
        }
        ("PUT", [id, "associations", "default", to, other]) => {
            id.parse::<u64>().ok()?;
            other.parse::<u64>().ok()?;
            ObjectType::parse(to)?;
            Endpoint::Associate
        }
        _ => return None,
    };
    Some(found)
}

fn inbox_endpoint(method: &str, rest: &[&str]) -> Option<Endpoint> {
    match (method, rest) {
        ("GET", ["channel-accounts"]) => Some(Endpoint::ChannelAccounts),
        ("POST", ["channel-accounts"]) => Some(Endpoint::ConnectChannelAccount),
        ("PATCH", ["channel-accounts", _]) => Some(Endpoint::ChangeChannelAccount),
        ("POST", ["messages"]) => Some(Endpoint::InboxMessage),
        ("PATCH", ["messages", _]) => Some(Endpoint::InboxStatus),
        _ => None,
    }
}

fn property_endpoint(method: &str, _: ObjectType, rest: &[&str]) -> Option<Endpoint> {
    match (method, rest) {
        ("GET", [] | [_] | ["groups", _]) => Some(Endpoint::ReadProperties),
        ("POST", [] | ["groups"] | ["batch", "create"]) | ("PATCH", [_]) => Some(Endpoint::WriteProperties),
        ("DELETE", [name]) if *name != "groups" => Some(Endpoint::WriteProperties),
        _ => None,
    }
}

/// The scope a call needs, where HubSpot's documents say so.
pub(crate) fn scope_of(endpoint: Endpoint) -> Option<&'static str> {
    match endpoint {
        Endpoint::Authorize
        | Endpoint::Decide
        | Endpoint::Token
        | Endpoint::Introspect
        | Endpoint::Revoke
        | Endpoint::Download
        | Endpoint::CustomChannel => None,
        Endpoint::Inboxes => Some("conversations.read"),
        Endpoint::ChannelAccounts => Some("conversations.custom_channels.read"),
        Endpoint::ConnectChannelAccount
        | Endpoint::ChangeChannelAccount
        | Endpoint::InboxMessage
        | Endpoint::InboxStatus => Some("conversations.custom_channels.write"),
        Endpoint::Account | Endpoint::Uninstall => Some("oauth"),
        Endpoint::Get(_) | Endpoint::BatchRead(_) | Endpoint::Search(_) | Endpoint::ReadAssociations => {
            Some("crm.objects.contacts.read")
        }
        Endpoint::ReadProperties => Some("crm.schemas.contacts.read"),
        Endpoint::WriteProperties => Some("crm.schemas.contacts.write"),
        Endpoint::Owners => Some("crm.objects.owners.read"),
        Endpoint::Upload | Endpoint::FileStat | Endpoint::SignedUrl | Endpoint::DeleteFile => Some("files"),
        Endpoint::TimelineEvent | Endpoint::TimelineBatch => Some("timeline"),
        Endpoint::Complete | Endpoint::CompleteBatch => Some("automation"),
        _ => Some("crm.objects.contacts.write"),
    }
}
