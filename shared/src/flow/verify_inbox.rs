//! Whether an app's CRM tells of what somebody wrote in its inbox.
//!
//! The address that it calls holds a secret, of which we keep a hash; and where the CRM signs its calls, the signature must be right,
//! too. Strangers who make up addresses cost no read but the one of an app that there is, which is remembered for a minute.

use subtle::{Choice, ConstantTimeEq};

use super::verify_call::{App, VerifyCall};
use crate::domain::crm_inbox::{AppInbox, CallToken};
use crate::ports::crm_caller::{Call, CallKind, NotAnswered, Unverified, VerifiedCall};
use crate::store::Inboxes;

/// Verifies what CRMs tell of their inbox.
#[derive(Clone)]
pub struct VerifyInbox {
    /// Their signatures.
    pub calls: VerifyCall,
    /// The secrets' hashes.
    pub inboxes: Inboxes,
}

impl VerifyInbox {
    /// By the secret in the address and, where there is one, the signature. Answers with the app's channel, too: what is told of another
    /// is not this app's. Twice is the same as once.
    ///
    /// # Errors
    /// See [`NotAnswered`].
    pub async fn verify<'a>(
        &self,
        app: &App,
        token: &str,
        call: &Call<'a>,
    ) -> Result<(VerifiedCall<'a>, AppInbox), NotAnswered> {
        let token = CallToken::parse(token).ok_or(NotAnswered::NoApp)?;
        let (kind, id) = app;
        self.calls.caller(app)?;
        if !self.calls.accounts.has_app(*kind, id).await? {
            return Err(NotAnswered::NoApp);
        }
        let inbox = self.inboxes.find(*kind, id).await?.ok_or(NotAnswered::NoApp)?.value;
        let given = token.hash();
        let fits = |known: &String| given.as_bytes().ct_eq(known.as_bytes());
        if !bool::from(inbox.token_hashes.iter().fold(Choice::from(0), |found, known| found | fits(known))) {
            return Err(Unverified("the address is not the one that the CRM was told").into());
        }
        Ok((self.calls.verify(app, CallKind::Inbox, call).await?, inbox))
    }
}
