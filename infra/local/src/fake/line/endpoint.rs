//! The endpoints of the fake platform, by name.

/// Endpoints, for faults and rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `POST /oauth2/v3/token`
    Token,
    /// `POST /v2/bot/message/push`
    Push,
    /// `POST /v2/bot/message/multicast`
    Multicast,
    /// `POST /v2/bot/message/reply`
    Reply,
    /// `POST /v2/bot/message/validate/{push,reply,multicast}`
    Validate,
    /// `GET /v2/bot/profile/{userId}` and a group member's profile
    Profile,
    /// `GET /v2/bot/followers/ids`
    Followers,
    /// `GET /v2/bot/info`
    BotInfo,
    /// `GET /v2/bot/message/quota`
    Quota,
    /// `GET /v2/bot/message/quota/consumption`
    QuotaConsumption,
    /// `GET` and `PUT /v2/bot/channel/webhook/endpoint`
    WebhookEndpoint,
    /// `POST /v2/bot/channel/webhook/test`
    WebhookTest,
    /// `GET /v2/bot/message/{messageId}/content`
    Content,
    /// `POST /v2/bot/chat/loading/start`
    Loading,
    /// `POST /v2/bot/chat/markAsRead`
    MarkAsRead,
    /// `GET /oauth2/v2.1/authorize`: LINE Login's consent screen
    Authorize,
    /// A button of the consent screen
    Consent,
    /// `POST /oauth2/v2.1/token`: a code or a refresh token
    LoginToken,
    /// `GET /oauth2/v2.1/verify`
    VerifyAccessToken,
    /// `POST /oauth2/v2.1/verify`
    VerifyIdToken,
    /// `GET` and `POST /oauth2/v2.1/userinfo`
    UserInfo,
    /// `GET /v2/profile`
    LoginProfile,
    /// `GET /friendship/v1/status`
    FriendshipStatus,
    /// `POST /oauth2/v2.1/revoke`
    RevokeToken,
    /// `POST /user/v1/deauthorize`
    Deauthorize,
    /// `GET /oauth2/v2.1/certs`
    Certs,
    /// `GET /liff/{liffId}`, and the login that the LIFF SDK begins
    LiffOpen,
    /// Where a LIFF app that closed its window ends
    LiffClosed,
    /// `GET /R/ti/p/{basicId}`: LINE opens a talk
    OpenTalk,
    /// `GET /liff/sdk.js`
    LiffSdk,
    /// `/liff/v1/apps`
    LiffApps,
    /// `POST /v2/bot/user/{userId}/linkToken`
    LinkToken,
    /// `GET /dialog/bot/accountLink`
    AccountLink,
}
