//! The contact properties that Musubi keeps up to date, by their names in the CRM. Customers build lists and workflows on
//! these names: they never change.

/// Whom the contact is on LINE; unique in the CRM account.
pub const LINE_USER_ID: &str = "line_user_id";
/// The name the person chose on LINE.
pub const LINE_USER_NAME: &str = "line_user_name";
/// The address of the person's picture.
pub const LINE_USER_PICTURE: &str = "line_user_picture";
/// Since when the contact and the person on LINE are tied; milliseconds since 1970.
pub const LINE_LINKED_AT: &str = "line_linked_at";
/// Whether the person can be reached, `true` or `false`.
pub const LINE_FOLLOWS: &str = "line_follows";
/// Whether the person waits for an answer, `true` or `false`.
pub const LINE_UNANSWERED: &str = "line_unanswered";
/// What the person wrote and nobody has answered; empty once somebody has.
pub const LINE_UNANSWERED_MESSAGE: &str = "line_unanswered_message";
/// The person's last message.
pub const LINE_LAST_MESSAGE: &str = "line_last_message";
/// The person's last 20 messages, for list filters.
pub const LINE_RECENT_MESSAGES: &str = "line_recent_messages";
/// How the last message of a workflow ended.
pub const LINE_LAST_OUTCOME: &str = "line_last_outcome";
