//! An Official Account is connected by clicks: the two values, LINE's own word for who it is, and only then it is stored.

use local::seed::{
    CHANNEL_ID, CHANNEL_SECRET, FREE_CHANNEL_ID, FREE_CHANNEL_SECRET, FREE_LOGIN_CHANNEL_ID, FREE_LOGIN_CHANNEL_SECRET,
    FREE_WEBHOOK, LOGIN_CHANNEL_ID, LOGIN_CHANNEL_SECRET,
};
use musubi::aws::RetryPolicy;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::channel::Channel;
use musubi::domain::ids::{ChannelId, CrmAccountId};
use musubi::domain::operator::Role;
use musubi::ports::secrets::LineSecrets;
use musubi::ports::table::Commit;
use reqwest::StatusCode;

use super::browser::{Browser, Page, console, invited, invited_to};
use crate::app::{App, account};

async fn stored(app: &App, id: &str) -> Option<Channel> {
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    adapters.channels().expect("channels").find(&ChannelId::new(id)).await.expect("a row")
}

async fn secrets(app: &App, id: &str) -> Option<LineSecrets> {
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    adapters.secrets().expect("secrets").line(&ChannelId::new(id)).await.expect("an answer")
}

pub async fn nothing_is_stored(app: &App, what: &str) {
    assert_eq!(stored(app, FREE_CHANNEL_ID).await, None, "{what}");
    assert!(secrets(app, FREE_CHANNEL_ID).await.is_none(), "{what}");
    let webhook = app.world.line.channel(FREE_CHANNEL_ID).expect("a channel").webhook_url;
    assert_eq!(webhook.as_deref(), Some(FREE_WEBHOOK), "{what}");
}

impl Browser<'_> {
    pub async fn types(&mut self, id: &str, secret: &str) -> Page {
        let token = self.get("/console").await.token();
        let fields = [("token", &*token), ("id", id), ("secret", secret), ("access_token", "")];
        self.post("/console/connect", &fields).await
    }
}

/// What the page holds between the two steps.
pub fn sealed(page: &Page) -> String {
    page.fields().into_iter().find(|(name, _)| name == "sealed").expect("what was typed").1
}

#[tokio::test(flavor = "multi_thread")]
async fn an_official_account_is_connected_once_it_was_seen_and_confirmed() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    assert!(hanako.get("/console").await.has("href=\"/console/connect\""));
    let page = hanako.get("/console/connect").await;
    for menu in ["［設定］＞［Messaging API］＞［Messaging APIを利用する］", "［チャネル基本設定］", "月200通"]
    {
        assert!(page.has(menu), "{menu}");
    }

    let seen = hanako.types(&format!(" {FREE_CHANNEL_ID}\u{3000}"), &format!("{FREE_CHANNEL_SECRET}\n")).await;
    assert_eq!(seen.status, StatusCode::OK);
    for shown in ["結びベーカリー", "@musubi-bakery", "/page/picture.svg", "bot.other-tool.example"] {
        assert!(seen.has(shown), "{shown}");
    }
    let policy = seen.headers["content-security-policy"].to_str().expect("ASCII");
    assert!(policy.contains(&format!("img-src {}", app.world.url)), "{policy}");
    for hidden in [FREE_CHANNEL_SECRET, "key=demo"] {
        assert!(!seen.has(hidden), "{hidden}");
    }
    nothing_is_stored(&app, "seen").await;

    let (token, sealed) = (seen.token(), sealed(&seen));
    let fields = |cuts_off: &'static str| {
        let provider = ("provider", "1".to_owned());
        [("token", token.clone()), ("sealed", sealed.clone()), ("cuts_off", cuts_off.to_owned()), provider]
    };
    let send = |fields: [(&'static str, String); 4]| fields;
    for untold in ["", "another.example"] {
        let fields = send(fields(untold));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = hanako.post("/console/connect/confirm", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{untold}");
        assert!(refused.has("role=\"alert\"") && refused.has("結びベーカリー"));
        nothing_is_stored(&app, "not ticked").await;
    }
    // Twice is the same as once.
    for _ in 0..2 {
        let fields = send(fields("bot.other-tool.example"));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let done = hanako.post("/console/connect/confirm", &fields).await;
        assert_eq!(done.location(), Some(&*format!("/console/channels/{FREE_CHANNEL_ID}/setup?saved=1")));
    }
    let channel = stored(&app, FREE_CHANNEL_ID).await.expect("a row");
    assert_eq!((&*channel.name, &channel.account), ("結びベーカリー", &account()));
    let before = channel.connecting.webhook_before.expect("kept for the way back");
    assert_eq!(before.expose(), FREE_WEBHOOK);
    let known = secrets(&app, FREE_CHANNEL_ID).await.expect("secrets");
    assert_eq!((known.channel_secrets[0].expose(), known.channel_secrets.len()), (FREE_CHANNEL_SECRET, 1));
    let webhook = app.world.line.channel(FREE_CHANNEL_ID).expect("a channel").webhook_url;
    assert_eq!(webhook, Some(format!("{}/line/{FREE_CHANNEL_ID}/webhook", app.world.url)));
    assert!(hanako.get("/console").await.has("結びベーカリー"));
    let log = hanako.get("/console/log").await;
    assert!(log.has(&format!("チャネル {FREE_CHANNEL_ID} を接続しました")) && !log.has(FREE_CHANNEL_SECRET));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_connected_is_said_where_it_was_typed_and_nothing_is_stored() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    hanako.language = "en";
    let (id, secret) = (FREE_CHANNEL_ID, FREE_CHANNEL_SECRET);
    for (typed_id, typed_secret, says) in [
        (secret, id, "stand in each other"),
        (id, id, "The same was entered"),
        ("16570 00011", secret, "has spaces in it"),
        ("1657000011]", secret, "stray"),
        ("１６５７００００１１", secret, "full-width"),
        ("165700001", secret, "this has 9"),
        (id, &secret[1..], "this has 31"),
        ("@musubi-bakery", secret, "basic ID"),
        ("taro_yamada", secret, "only an Official Account can"),
        ("U0123456789abcdef0123456789abcdef", secret, "LINE user ID"),
        ("", secret, "Nothing was entered"),
        (id, "", "Nothing was entered"),
        (id, CHANNEL_SECRET, "refuses this channel ID and channel secret"),
        (FREE_LOGIN_CHANNEL_ID, FREE_LOGIN_CHANNEL_SECRET, "has no Messaging API"),
        (LOGIN_CHANNEL_ID, LOGIN_CHANNEL_SECRET, "LINE Login channel of an Official Account that is connected"),
    ] {
        let page = hanako.types(typed_id, typed_secret).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        assert!(page.has("role=\"alert\"") && page.has(says), "{says}: {}", page.html);
        for hidden in [secret, &secret[1..], CHANNEL_SECRET, FREE_LOGIN_CHANNEL_SECRET] {
            assert!(!page.has(hidden), "{says}");
        }
        nothing_is_stored(&app, says).await;
    }
    let shown = hanako.types("165700001", secret).await;
    assert!(shown.has("value=\"165700001\""), "a mistyped ID can be mended");
    hanako.language = "ja";
    assert!(hanako.types(secret, id).await.has("逆に入力されています"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_admin_who_sees_all_connects_and_only_what_they_typed_themselves() {
    let app = App::start().await;
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let accounts = adapters.accounts().expect("accounts");
    let mut other = accounts.find(&account()).await.expect("a row").expect("an account").value;
    other.key = CrmAccountKey { id: CrmAccountId::new("24000099"), ..account() };
    other.channels.clear();
    assert_eq!(accounts.put(&other, 0).await.expect("stored"), Commit::Done);

    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let typed = hanako.types(FREE_CHANNEL_ID, FREE_CHANNEL_SECRET).await;
    let (hers, hidden) = (typed.token(), sealed(&typed));
    let mut member = Browser::signed_in(&app, "太郎", Role::Member).await;
    let mut limited = Browser::new(&app);
    limited.joins(&invited(&app, "次郎", Role::Admin, Some(CHANNEL_ID)).await).await;
    let mut stranger = Browser::new(&app);
    stranger.joins(&invited_to(&app, other.key.clone(), "三郎", Role::Admin, None).await).await;

    assert_eq!(member.get("/console/connect").await.status, StatusCode::FORBIDDEN);
    assert!(!member.get("/console").await.has("/console/connect"));
    for who in [&mut member, &mut limited] {
        assert_eq!(who.types(FREE_CHANNEL_ID, FREE_CHANNEL_SECRET).await.status, StatusCode::FORBIDDEN);
    }
    let reconnected = limited.types(CHANNEL_ID, CHANNEL_SECRET).await;
    assert_eq!(reconnected.status, StatusCode::OK, "the one that they see");
    // Whoever has the secret learns that it is connected elsewhere; whoever has not, nothing.
    let elsewhere = stranger.types(CHANNEL_ID, CHANNEL_SECRET).await;
    assert!(
        elsewhere.status == StatusCode::UNPROCESSABLE_ENTITY && elsewhere.has("別のCRMアカウントに接続されています")
    );
    let guessed = stranger.types(CHANNEL_ID, FREE_CHANNEL_SECRET).await;
    assert!(!guessed.has("別のCRMアカウントに接続されています") && guessed.has("受け付けませんでした"));

    // What one session sealed opens in no other, and no form of another site's or without its token counts.
    let cuts_off = ("cuts_off", "bot.other-tool.example");
    for who in [&mut limited, &mut stranger] {
        let token = who.get("/console").await.token();
        let fields = [("token", &*token), ("sealed", &*hidden), cuts_off];
        assert_eq!(who.post("/console/connect/confirm", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for token in ["", "x"] {
        let fields = [("token", token), ("sealed", &*hidden), cuts_off];
        assert_eq!(hanako.post("/console/connect/confirm", &fields).await.status, StatusCode::FORBIDDEN);
    }
    let ours = std::mem::replace(&mut hanako.origin, vec![("origin", "https://evil.example".to_owned())]);
    let fields = [("token", &*hers), ("sealed", &*hidden), cuts_off];
    assert_eq!(hanako.post("/console/connect/confirm", &fields).await.status, StatusCode::FORBIDDEN);
    hanako.origin = ours;
    let late = console(&app).clock.now_ms() + 15 * 60_000;
    app.world.clock.advance_ms(late - console(&app).clock.now_ms());
    assert_eq!(hanako.post("/console/connect/confirm", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    nothing_is_stored(&app, "in the end").await;
}

/// Connects the Official Account that nobody has connected yet.
pub async fn connects(app: &App, who: &mut Browser<'_>) {
    let typed = who.types(FREE_CHANNEL_ID, FREE_CHANNEL_SECRET).await;
    let (token, sealed) = (typed.token(), sealed(&typed));
    let cuts_off = ("cuts_off", "bot.other-tool.example");
    let fields = [("token", &*token), ("sealed", &*sealed), cuts_off, ("provider", "1")];
    assert_eq!(who.post("/console/connect/confirm", &fields).await.status, StatusCode::SEE_OTHER);
    assert!(stored(app, FREE_CHANNEL_ID).await.is_some());
}

/// The titles of the steps that are done.
fn done(page: &Page) -> Vec<String> {
    let steps = page.html.split("<li class=\"done\">").skip(1);
    let titles = steps.filter_map(|step| step.split_once("<summary>")?.1.split_once(" <span"));
    titles.map(|(title, _)| title.to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_was_on_for_another_tool_is_done_once_it_was_switched_off_and_on() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    app.world.line.edit_channel(FREE_CHANNEL_ID, |spec| spec.webhook_active = true);
    connects(&app, &mut hanako).await;
    let path = format!("/console/channels/{FREE_CHANNEL_ID}/setup");
    let page = hanako.get(&path).await;
    let used = |page: &Page| done(page).iter().any(|title| title.starts_with("Webhookの利用"));
    assert!(page.has("いったんオフにしてから、もう一度オンに") && !used(&page), "LINE alone cannot say it");
    for (is_set, expected) in [("yes", true), ("no", false)] {
        let fields = [("token", &*page.token()), ("switch", "use_webhook_anew"), ("is_set", is_set)];
        assert_eq!(hanako.post(&path, &fields).await.status, StatusCode::SEE_OTHER);
        assert_eq!(used(&hanako.get(&path).await), expected, "{is_set}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_at_line_is_named_by_its_menu_and_done_when_line_says_so() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    connects(&app, &mut hanako).await;
    let path = format!("/console/channels/{FREE_CHANNEL_ID}/setup");
    let page = hanako.get(&path).await;
    assert_eq!(done(&page), ["Webhook URL：Musubi"]);
    for words in [
        "LINE Developersコンソール［Messaging API設定］",
        "LINE Official Account Manager［設定］＞［応答設定］",
        "応答メッセージ：オフ",
        "今月送れるメッセージは200通です",
        "認証済アカウントではありません。",
    ] {
        assert!(page.has(words), "{words}");
    }
    assert!(!page.has("いったんオフにしてから"), "it was off before");
    assert!(
        page.has(&format!("<code>{}/line/{FREE_CHANNEL_ID}/webhook</code>", app.world.url)),
        "for setting it by hand"
    );
    hanako.language = "en";
    let page = hanako.get(&path).await;
    for words in
        ["Settings &gt; Response settings", "Webhook redelivery (Webhookの再送): on", "This month 200 messages"]
    {
        assert!(page.has(words), "{words}: {}", page.html);
    }
    hanako.language = "ja";
    // What LINE shows is asked of LINE each time, both ways.
    for (is_on, expected) in [(true, 4), (false, 1), (true, 4)] {
        app.world.line.edit_channel(FREE_CHANNEL_ID, |spec| {
            spec.webhook_active = is_on;
            spec.chat = is_on;
        });
        assert_eq!(done(&hanako.get(&path).await).len(), expected, "{is_on}");
    }
    app.world.line.edit_channel(FREE_CHANNEL_ID, |spec| spec.webhook_url = Some("https://other.example/".to_owned()));
    let page = hanako.get(&path).await;
    assert!(page.has("other.example") && !done(&page).contains(&"Webhook URL：Musubi".to_owned()));
    let ours = format!("{}/line/{FREE_CHANNEL_ID}/webhook", app.world.url);
    app.world.line.edit_channel(FREE_CHANNEL_ID, |spec| {
        spec.webhook_url = Some(ours);
        spec.channel_secret = "f".repeat(32);
    });
    app.world.line.expire_tokens(FREE_CHANNEL_ID);
    assert_eq!(done(&hanako.get(&path).await), Vec::<String>::new(), "LINE takes the secret no more: nothing is sure");
    app.world.line.edit_channel(FREE_CHANNEL_ID, |spec| spec.channel_secret = FREE_CHANNEL_SECRET.to_owned());

    // What no API shows is said by hand, and can be taken back.
    let token = page.token();
    let say =
        |is_set: &'static str| [("token", token.clone()), ("switch", "redelivery".into()), ("is_set", is_set.into())];
    for (is_set, expected) in [("yes", 5), ("yes", 5), ("no", 4)] {
        let fields = say(is_set);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(hanako.post(&path, &fields).await.location(), Some(&*path));
        assert_eq!(done(&hanako.get(&path).await).len(), expected, "{is_set}");
    }
    assert!(hanako.get("/console/log").await.has("「Webhookの再送」を未完了に戻しました"));
    // An unknown one, or none: then nothing is set, not even those beside it.
    for switches in [&["greeting", "all"][..], &[]] {
        let mut fields = vec![("token", &*token), ("is_set", "yes")];
        fields.extend(switches.iter().map(|switch| ("switch", *switch)));
        assert_eq!(hanako.post(&path, &fields).await.status, StatusCode::NOT_FOUND);
        assert_eq!(done(&hanako.get(&path).await).len(), 4, "{switches:?}");
    }
    // All that is left is said at once.
    let all = [("switch", "redelivery"), ("switch", "auto_response"), ("switch", "greeting")];
    let shown = hanako.get(&path).await;
    assert!(all.iter().all(|(_, switch)| shown.has(&format!("value=\"{switch}\""))));
    let fields: Vec<_> = [("token", &*token), ("is_set", "yes")].into_iter().chain(all).collect();
    assert_eq!(hanako.post(&path, &fields).await.location(), Some(&*path));
    let page = hanako.get(&path).await;
    assert_eq!(done(&page).len(), 7);
    assert!(!page.has("すべて設定しました"));

    let mut member = Browser::signed_in(&app, "太郎", Role::Member).await;
    let mut limited = Browser::new(&app);
    limited.joins(&invited(&app, "次郎", Role::Admin, Some(CHANNEL_ID)).await).await;
    for (who, status) in [(&mut member, StatusCode::FORBIDDEN), (&mut limited, StatusCode::NOT_FOUND)] {
        let token = who.get("/console").await.token();
        for path in [path.clone(), path.replace("setup", "trial")] {
            assert_eq!(who.get(&path).await.status, status, "{path}");
            let fields = [("token", &*token), ("switch", "redelivery"), ("is_set", "yes")];
            assert_eq!(who.post(&path, &fields).await.status, status, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn line_login_is_set_up_by_its_own_two_values_with_a_liff_app_and_the_rest_is_named() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    connects(&app, &mut hanako).await;
    let path = format!("/console/channels/{FREE_CHANNEL_ID}/login/setup");
    let token = hanako.get(&path).await.token();
    let (id, secret) = (FREE_LOGIN_CHANNEL_ID, FREE_LOGIN_CHANNEL_SECRET);
    for (typed_id, typed_secret, says) in [
        (secret, id, "逆に入力されています"),
        (FREE_CHANNEL_ID, secret, "Messaging APIのチャネルIDが指定されています"),
        (id, FREE_CHANNEL_SECRET, "Messaging APIのチャネルシークレットが入力されています"),
        (CHANNEL_ID, CHANNEL_SECRET, "これはMessaging APIのチャネルです"),
        (id, LOGIN_CHANNEL_SECRET, "受け付けませんでした"),
    ] {
        let fields = [("token", &*token), ("id", typed_id), ("secret", typed_secret), ("liff", "yes")];
        let page = hanako.post(&path, &fields).await;
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.has(says), "{says}: {}", page.html);
        assert!(!page.has(secret) && !page.has(FREE_CHANNEL_SECRET), "{says}");
        assert_eq!(stored(&app, FREE_CHANNEL_ID).await.expect("a row").login, None, "{says}");
        assert!(secrets(&app, FREE_CHANNEL_ID).await.expect("secrets").login_secrets.is_empty(), "{says}");
    }
    let fields = [("token", &*token), ("id", id), ("secret", secret), ("liff", "yes")];
    for _ in 0..2 {
        assert_eq!(hanako.post(&path, &fields).await.location(), Some(&*format!("{path}?saved=1")));
    }
    let login = stored(&app, FREE_CHANNEL_ID).await.expect("a row").login.expect("LINE Login");
    assert_eq!(login.channel.as_str(), id);
    assert!(login.liff.expect("a LIFF app").as_str().starts_with(id));
    let known = secrets(&app, FREE_CHANNEL_ID).await.expect("secrets");
    assert_eq!((known.login_secrets.len(), known.login_secrets[0].expose()), (1, secret));
    assert_eq!(known.channel_secrets[0].expose(), FREE_CHANNEL_SECRET);
    let page = hanako.get(&path).await;
    let callback = format!("{}/line/{FREE_CHANNEL_ID}/login/callback", app.world.url);
    for words in ["［コールバックURL］", "［リンクされたLINE公式アカウント］", "公開済み", "/login/sample", &callback]
    {
        assert!(page.has(words), "{words}");
    }
    assert!(hanako.get("/console/log").await.has("LINEログインを設定しました"));

    let mut member = Browser::signed_in(&app, "太郎", Role::Member).await;
    let mut limited = Browser::new(&app);
    limited.joins(&invited(&app, "次郎", Role::Admin, Some(CHANNEL_ID)).await).await;
    for (who, status) in [(&mut member, StatusCode::FORBIDDEN), (&mut limited, StatusCode::NOT_FOUND)] {
        let token = who.get("/console").await.token();
        assert_eq!(who.get(&path).await.status, status);
        let fields = [("token", &*token), ("id", id), ("secret", secret), ("liff", "yes")];
        assert_eq!(who.post(&path, &fields).await.status, status);
    }
}
