//! What no document decides, to be tried both ways.

/// What HubSpot's documents leave open. Each field is to be tried both ways.
#[derive(Clone, Debug)]
pub struct Switches {
    /// Refreshing gives a new refresh token and ends the old one.
    pub rotates_refresh_tokens: bool,
    /// Revoking a refresh token ends its live access tokens.
    pub revoke_kills_access_tokens: bool,
    /// The token answer has the optional `hub_id` and `scopes`.
    pub token_answer_names_portal: bool,
    /// Introspection says who agreed (`user_id`, `user`): in the specification, seen by nobody of ours.
    pub introspection_names_user: bool,
    /// Reading one contact by an ID that was merged away answers the merged one (for PATCH this is documented).
    pub single_get_follows_merge: bool,
    /// A taken unique value (other than e-mail) is answered 409 CONFLICT instead of 400 VALIDATION_ERROR.
    pub unique_conflict_is_409: bool,
    /// A batch refused as a whole keeps its bad input's status (409, 404) instead of 400.
    pub failed_batch_keeps_status: bool,
    /// Reading associations of a record without any is an error entry of a 207 instead of an absent result of a 200.
    pub no_associations_is_207: bool,
    /// Completing a callback that is unknown, not blocked or over is 404 instead of an ignored 204.
    pub unknown_block_is_404: bool,
    /// Action requests carry v3 beside v2.
    pub actions_carry_v3: bool,
    /// How long search lags behind writes, in milliseconds.
    pub search_lag_ms: i64,
    /// Each webhook event comes twice, and the newest first ("duplicates occur, order is not guaranteed").
    pub webhooks_are_untidy: bool,
    /// A message under an idempotency ID that is known is answered 409 instead of with the message that has it.
    pub known_inbox_key_is_409: bool,
    /// A custom channel's call holds a list of events instead of one.
    pub inbox_calls_are_lists: bool,
    /// A custom channel's call carries v3.
    pub inbox_calls_are_signed: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            rotates_refresh_tokens: false,
            revoke_kills_access_tokens: false,
            token_answer_names_portal: true,
            introspection_names_user: true,
            single_get_follows_merge: false,
            unique_conflict_is_409: false,
            failed_batch_keeps_status: false,
            no_associations_is_207: true,
            unknown_block_is_404: true,
            actions_carry_v3: false,
            search_lag_ms: 10_000,
            webhooks_are_untidy: false,
            known_inbox_key_is_409: false,
            inbox_calls_are_lists: false,
            inbox_calls_are_signed: true,
        }
    }
}
