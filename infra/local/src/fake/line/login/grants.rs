//! User access tokens: made for a grant, good while it lives.

use super::state::Grant;
use crate::fake::line::refusal::refuse;
use crate::fake::line::state::State;
use crate::fake::wire::{Answer, ApiRequest};

impl State {
    /// Makes a user access token for a grant.
    pub(crate) fn issue_access_token(&mut self, grant: Grant) -> String {
        let token = format!("user.{}.{}", self.ids.hex32(), self.ids.hex32());
        self.login.grants.insert(token.clone(), grant);
        token
    }

    /// The live grant of the call's bearer token.
    pub(crate) fn grant_of(&self, asked: &ApiRequest) -> Result<&Grant, Answer> {
        let grant = asked.bearer().and_then(|token| self.login.grants.get(token));
        grant
            .filter(|grant| !grant.revoked && self.now_ms() < grant.expires_at_ms)
            .ok_or_else(|| refuse(401, "The access token is not valid"))
    }
}
