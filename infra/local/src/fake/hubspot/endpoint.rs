//! The endpoints of the fake CRM, by name.

use super::object_type::ObjectType;

/// The version in every dated path.
pub const VERSION: &str = "2026-03";

/// Endpoints, for faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// The install page
    Authorize,
    /// A button of the install page
    Decide,
    /// `POST /oauth/{V}/token`
    Token,
    /// `POST /oauth/{V}/token/introspect`
    Introspect,
    /// `POST /oauth/{V}/token/revoke`
    Revoke,
    /// `DELETE /appinstalls/{V}/external-install`
    Uninstall,
    /// `GET /account-info/{V}/details`
    Account,
    /// `GET /crm/objects/{V}/{type}/{id}`
    Get(ObjectType),
    /// `POST /crm/objects/{V}/{type}`
    Create(ObjectType),
    /// `PATCH /crm/objects/{V}/{type}/{id}`
    Update(ObjectType),
    /// `DELETE /crm/objects/{V}/{type}/{id}`
    Delete(ObjectType),
    /// `POST .../batch/read`
    BatchRead(ObjectType),
    /// `POST .../batch/create`
    BatchCreate(ObjectType),
    /// `POST .../batch/update`
    BatchUpdate(ObjectType),
    /// `POST .../batch/upsert`
    BatchUpsert(ObjectType),
    /// `POST .../batch/archive`
    BatchArchive(ObjectType),
    /// `POST .../search`
    Search(ObjectType),
    /// `POST /crm/objects/{V}/contacts/merge`
    Merge,
    /// `POST /crm/objects/{V}/contacts/gdpr-delete`
    GdprDelete,
    /// `PUT .../associations/default/..` and `POST .../batch/associate/default`
    Associate,
    /// `GET .../associations/{to}` and `POST .../batch/read` of associations
    ReadAssociations,
    /// `POST .../batch/archive` of associations
    Dissociate,
    /// Property definitions and groups, reading
    ReadProperties,
    /// Property definitions and groups, writing
    WriteProperties,
    /// `GET /crm/owners/{V}[/{id}]`
    Owners,
    /// `POST /files/{V}/files`
    Upload,
    /// `GET /files/{V}/files/stat/{path}`
    FileStat,
    /// `GET /files/{V}/files/{id}/signed-url`
    SignedUrl,
    /// `DELETE /files/{V}/files/{id}/gdpr-delete`
    DeleteFile,
    /// A signed address of a private file
    Download,
    /// `POST /integrators/timeline/{V}/events`
    TimelineEvent,
    /// `POST /integrators/timeline/{V}/events/batch`
    TimelineBatch,
    /// `POST /conversations/custom-channels/{V}` and `PATCH .../{channelId}`
    CustomChannel,
    /// `GET /conversations/v3/conversations/inboxes`
    Inboxes,
    /// `GET .../{channelId}/channel-accounts`
    ChannelAccounts,
    /// `POST .../{channelId}/channel-accounts`
    ConnectChannelAccount,
    /// `PATCH .../{channelId}/channel-accounts/{id}`
    ChangeChannelAccount,
    /// `POST .../{channelId}/messages`
    InboxMessage,
    /// `PATCH .../{channelId}/messages/{id}`
    InboxStatus,
    /// `POST /automation/actions/callbacks/{V}/{callbackId}/complete`
    Complete,
    /// `POST /automation/actions/callbacks/{V}/complete`
    CompleteBatch,
}
