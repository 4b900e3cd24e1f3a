//! A CRM as it calls us: whether a request is its own, what it asks, and how it is answered, in the vendor's words.
//!
//! Pure: nothing here waits or reads. The function asks in this order, so that a stranger costs nothing: can it be signed, which
//! secrets, is it signed, what does it say.

use std::collections::BTreeMap;
use std::fmt;

use http::HeaderMap;
use serde_json::Value;
use thiserror::Error;

use super::PortError;
use super::secrets::Secret;
use crate::domain::action::{ActionRequest, OptionsRequest};
use crate::domain::changed::Changed;
use crate::domain::channel::Channel;
use crate::domain::crm_inbox::InboxPost;
use crate::domain::ids::{CrmAccountId, CrmUserId};

/// What a call is, by its route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// A workflow runs our action, or somebody edits it and wants the choices of a field.
    Action,
    /// Something changed at contacts.
    Webhook,
    /// Somebody who is signed in to the CRM asks, in a page of ours there.
    Person,
    /// Somebody wrote in the CRM's inbox. The address holds a secret, which was found to be right.
    Inbox,
}

/// A request as it arrived. Path and query are raw: neither decoded, nor sorted, nor encoded anew.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// In upper case.
    pub method: &'a str,
    /// Begins with a slash.
    pub raw_path: &'a str,
    /// Without the question mark.
    pub raw_query: Option<&'a str>,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The raw bytes.
    pub body: &'a [u8],
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("method", &self.method).field("body_bytes", &self.body.len()).finish()
    }
}

/// What one of the app's secrets signed of a call.
#[derive(Clone, Copy)]
pub struct VerifiedCall<'a> {
    body: &'a [u8],
    raw_query: Option<&'a str>,
    is_timed: bool,
}

impl<'a> VerifiedCall<'a> {
    /// For a vendor's `verify`, and nobody else: a signature was found to fit.
    pub fn by_signature(body: &'a [u8]) -> Self {
        Self { body, raw_query: None, is_timed: false }
    }

    /// For a vendor's `verify` of a [`CallKind::Inbox`], and nobody else: the CRM signs no such call, and the secret in its address
    /// speaks for it.
    pub fn by_secret_address(body: &'a [u8]) -> Self {
        Self { body, raw_query: None, is_timed: false }
    }

    /// The signature is over this query, too. `is_timed`: and over a time, which was looked at.
    pub fn over(self, raw_query: Option<&'a str>, is_timed: bool) -> Self {
        Self { raw_query, is_timed, ..self }
    }

    /// The query as it was signed. `None`: there is none, or the signature does not say.
    pub fn raw_query(&self) -> Option<&'a str> {
        self.raw_query
    }

    /// Whether the signature holds for a short time alone. One that does not is as good next year.
    pub fn is_timed(&self) -> bool {
        self.is_timed
    }

    /// The raw bytes.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }
}

impl fmt::Debug for VerifiedCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifiedCall(..)")
    }
}

/// Why a call is not believed. For logs; callers learn 401 and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Unverified(pub &'static str);

/// Why a call is not answered.
#[derive(Debug, Error)]
pub enum NotAnswered {
    /// No account came by such an app, or its secrets are not stored.
    #[error("no such app is here")]
    NoApp,
    /// It is not believed.
    #[error(transparent)]
    Unverified(#[from] Unverified),
    /// What it takes to believe it cannot be read.
    #[error("the app or its secrets cannot be read")]
    Port(#[from] PortError),
}

/// Who asks, in a page of ours in the CRM: as the CRM says, never as the page does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmVisitor {
    /// In which account they are.
    pub account: CrmAccountId,
    /// Who.
    pub user: CrmUserId,
}

/// Why a verified call cannot be read. For logs; callers learn 400 and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Unreadable(pub &'static str);

/// How an action is answered at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionAnswer<'a> {
    /// "Wait for our completion", for so long in milliseconds; then the workflow goes on by itself.
    Wait {
        /// How long.
        expiry_ms: i64,
    },
    /// It is over, and the workflow goes on.
    Done {
        /// Whether the step counts as a success.
        success: bool,
        /// What later steps of the workflow see, by name.
        outputs: &'a BTreeMap<String, String>,
    },
}

/// A vendor's side of what its CRM calls.
pub trait CrmCaller: Send + Sync {
    /// Whether a request has a signature that can be right, as far as that shows without a secret: what has none costs no read
    /// of one. Whatever [`verify`](Self::verify) takes passes.
    ///
    /// # Errors
    /// Why it cannot; never that no secret fits.
    fn can_be_signed(&self, kind: CallKind, headers: &HeaderMap, now_ms: i64) -> Result<(), Unverified>;

    /// Verifies with each of the app's secrets (two during a rotation), in constant time. `public_url` is the configured address
    /// under which the CRM calls us, without a path; what the request says about its host is not asked.
    ///
    /// # Errors
    /// Why it is not believed.
    fn verify<'a>(
        &self,
        kind: CallKind,
        call: &Call<'a>,
        public_url: &str,
        secrets: &[Secret],
        now_ms: i64,
    ) -> Result<VerifiedCall<'a>, Unverified>;

    /// Reads the execution of an action.
    ///
    /// # Errors
    /// It is none, or names no account.
    fn read_action(&self, call: &VerifiedCall<'_>) -> Result<ActionRequest, Unreadable>;

    /// Reads the question for the options of an input field.
    ///
    /// # Errors
    /// It is none, or names no account.
    fn read_options(&self, call: &VerifiedCall<'_>) -> Result<OptionsRequest, Unreadable>;

    /// The contacts to look at, by account, each once. What is not known is passed over.
    ///
    /// # Errors
    /// It is nothing that this CRM sends.
    fn read_changes(&self, call: &VerifiedCall<'_>) -> Result<BTreeMap<CrmAccountId, Vec<Changed>>, Unreadable>;

    /// Reads who asks, in a page of ours in the CRM.
    ///
    /// # Errors
    /// It does not say so without doubt; or nothing in it shows that it was made lately.
    fn read_visitor(&self, call: &VerifiedCall<'_>, now_ms: i64) -> Result<CrmVisitor, Unreadable>;

    /// What was written in the CRM's inbox to people. What is not known, or is none of the team's messages, is passed over.
    ///
    /// # Errors
    /// It is nothing that this CRM sends; so it is in a CRM that has no inbox.
    fn read_inbox(&self, _call: &VerifiedCall<'_>) -> Result<Vec<InboxPost>, Unreadable> {
        Err(Unreadable("this CRM has no inbox"))
    }

    /// The answer to an action, as JSON. The same for the same arguments.
    fn answer(&self, answer: ActionAnswer<'_>) -> Value;

    /// The Official Accounts to choose from, narrowed by what was typed, as JSON.
    fn answer_options(&self, channels: &[Channel], search: Option<&str>) -> Value;
}
