//! What no document decides, to be tried both ways.

/// What LINE's documents leave open. Each field is tried both ways.
#[derive(Clone, Copy, Debug)]
pub struct Switches {
    /// Multicast with a user ID of another provider: true = 400 for the whole call, false = 200 and undelivered to that one.
    pub multicast_refuses_foreign_users: bool,
    /// So many messages to one user within a minute are answered with the third kind of 429; `None` = never. The number is
    /// undisclosed.
    pub messages_per_user_and_minute: Option<u32>,
    /// Time until a failed webhook is posted again, and again. LINE discloses neither number nor interval.
    pub redelivery_after_ms: [i64; 4],
    /// How a login's redirect spells an error: true = `ACCESS_DENIED` (the reference of 2026), false = `access_denied` (older
    /// copies of it, and what is still seen).
    pub login_errors_in_upper_case: bool,
    /// Automatic login fails whenever it is allowed: an invalid code and a state that is not the caller's come back, until
    /// `disable_auto_login=true` (LINE Login, "How to handle auto login failure"). When it fails is not documented.
    pub auto_login_fails: bool,
    /// Scope `email` without the permission: true = `INVALID_SCOPE`, false = no address is asked for.
    pub email_without_permission_is_invalid_scope: bool,
    /// A `code_verifier` for a code that was asked for without a challenge: true = ignored, false = refused.
    pub verifier_without_challenge_is_ignored: bool,
    /// Verifying an ID token with a nonce without naming that nonce: true = refused.
    pub verify_wants_the_nonce: bool,
    /// Revoking a token that is not known: true = 200, false = 400.
    pub revoking_an_unknown_token_succeeds: bool,
    /// The status for a link token of somebody who is no friend.
    pub link_token_for_a_stranger: u16,
    /// The account link dialog ends in a webhook with `failed`, which is documented but not when.
    pub account_link_fails: bool,
    /// Pages of followers hold half of what was asked for. LINE says that they may be short, not when.
    pub follower_pages_are_short: bool,
}

impl Switches {
    /// An error of a login's redirect, as it is spelled.
    pub(crate) fn spell_error(&self, error: &str) -> String {
        if self.login_errors_in_upper_case { error.to_ascii_uppercase() } else { error.to_ascii_lowercase() }
    }
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            multicast_refuses_foreign_users: true,
            messages_per_user_and_minute: None,
            redelivery_after_ms: [60_000, 300_000, 1_800_000, 7_200_000],
            login_errors_in_upper_case: true,
            auto_login_fails: false,
            email_without_permission_is_invalid_scope: false,
            verifier_without_challenge_is_ignored: false,
            verify_wants_the_nonce: false,
            revoking_an_unknown_token_succeeds: true,
            link_token_for_a_stranger: 400,
            account_link_fails: false,
            follower_pages_are_short: false,
        }
    }
}
