//! Settings, as forms.

use local::seed::CHANNEL_ID;
use musubi::aws::RetryPolicy;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::ids::{ChannelId, CrmAccountId};
use musubi::domain::operator::Role;
use musubi::ports::table::Commit;
use reqwest::StatusCode;

use super::browser::{Browser, console, invited, invited_to, pairs};
use crate::app::{App, account};

async fn stored(app: &App) -> musubi::domain::channel::Channel {
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let channels = adapters.channels().expect("channels");
    channels.find(&ChannelId::new(CHANNEL_ID)).await.expect("a row").expect("a channel")
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_changed_by_forms_and_the_log_says_which_and_not_to_what() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let path = format!("/console/channels/{CHANNEL_ID}");
    let page = hanako.get(&path).await;
    let before = stored(&app).await;
    let untouched = hanako.post(&path, &pairs(&page.fields())).await;
    assert_eq!(untouched.status, StatusCode::SEE_OTHER);
    assert_eq!(stored(&app).await, before, "a form that nobody touched changes nothing");

    let greeting = "ようこそ\r\n\"結び\" <珈琲>";
    let typed = page.typed(&[("tasks", "off"), ("idle_window", "20m"), ("greeting", greeting)]);
    let saved = hanako.post(&path, &pairs(&typed)).await;
    let location = saved.location().expect("a redirect").to_owned();
    let after = stored(&app).await.settings;
    assert!(!after.tasks && after.idle_window_ms == 1_200_000 && after.greeting.len() == 1);
    assert!(after.greeting[0].json.contains("ようこそ\\n"), "line breaks as LINE has them");
    let shown = hanako.get(&location).await;
    assert!(shown.has("保存しました"));
    hanako.post(&path, &pairs(&shown.fields())).await;
    assert_eq!(stored(&app).await.settings, after, "what is shown is what was stored");

    // Another operator's page is older: what they did not touch stays.
    let stale = page.typed(&[("create_contacts", "off")]);
    hanako.post(&path, &pairs(&stale)).await;
    let both = stored(&app).await.settings;
    assert!(!both.create_contacts && !both.tasks && both.idle_window_ms == 1_200_000);

    let login = format!("{path}/login");
    let page = hanako.get(&path).await;
    hanako.post(&login, &pairs(&page.typed(&[("by_email", "ask")]))).await;
    let account_page = hanako.get("/console/account").await;
    hanako.post("/console/account", &pairs(&account_page.typed(&[("unfilled_tokens", "send")]))).await;
    let now = stored(&app).await.login.expect("LINE Login").by_email;
    assert_eq!(now, musubi::domain::login::ByEmail::Ask);
    let log = hanako.get("/console/log").await;
    for line in [
        "会話を記録するまでの時間",
        "コンタクトの自動作成",
        "同じメールアドレスのコンタクトがあるとき",
        "値のない差し込み",
    ] {
        assert!(log.has(line), "{line}");
    }
    assert!(!log.has("ようこそ") && !log.has("20m"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_is_refused_is_said_in_words_and_what_was_typed_is_kept() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let path = format!("/console/channels/{CHANNEL_ID}");
    let page = hanako.get(&path).await;
    let before = stored(&app).await;
    let lines = console(&app).audit(&account(), 0, 100).await.expect("lines").len();
    for (typed, says) in [
        (vec![("idle_window", "すぐ"), ("tasks", "off")], "idle_window"),
        (vec![("idle_window", "3h"), ("entry_limit", "1h")], "entry_limit"),
        (vec![("fallback_owner", "花子")], "fallback_owner"),
        (vec![("greeting", "{\"type\":\"text\"}")], "text"),
    ] {
        let answer = hanako.post(&path, &pairs(&page.typed(&typed))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed:?}");
        assert!(
            answer.has("role=\"alert\"") && answer.has("まだ何も変更していません") && answer.has(says),
            "{typed:?}"
        );
        let kept = answer.fields();
        assert!(typed.iter().all(|(name, text)| kept.contains(&((*name).to_owned(), (*text).to_owned()))), "{typed:?}");
        assert_eq!(stored(&app).await, before, "{typed:?}");
    }
    assert_eq!(
        console(&app).audit(&account(), 0, 100).await.expect("lines").len(),
        lines,
        "no line of what was not done"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_an_admins_of_this_account_and_of_what_they_see() {
    let app = App::start().await;
    let path = format!("/console/channels/{CHANNEL_ID}");
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let page = hanako.get(&path).await;
    let before = stored(&app).await;
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let accounts = adapters.accounts().expect("accounts");
    let mut other = accounts.find(&account()).await.expect("a row").expect("an account").value;
    other.key = CrmAccountKey { id: CrmAccountId::new("24000099"), ..account() };
    assert_eq!(accounts.put(&other, 0).await.expect("stored"), Commit::Done);

    let mut member = Browser::signed_in(&app, "太郎", Role::Member).await;
    let mut kept_out = Browser::new(&app);
    kept_out.joins(&invited(&app, "次郎", Role::Admin, Some("1657999999")).await).await;
    let mut stranger = Browser::new(&app);
    // Their account even names the Official Account; it is another account's all the same.
    stranger.joins(&invited_to(&app, other.key.clone(), "密偵", Role::Admin, None).await).await;
    for (who, status) in [
        (&mut member, StatusCode::FORBIDDEN),
        (&mut kept_out, StatusCode::NOT_FOUND),
        (&mut stranger, StatusCode::NOT_FOUND),
    ] {
        let token = who.get("/console").await.token();
        assert_eq!(who.get(&path).await.status, status);
        for path in [path.clone(), format!("{path}/login")] {
            let fields = page.typed(&[("token", &token), ("tasks", "off"), ("by_email", "ask")]);
            assert_eq!(who.post(&path, &pairs(&fields)).await.status, status, "{path}");
        }
    }
    assert_eq!(stored(&app).await, before);
    let mut nobody = Browser::new(&app);
    assert_eq!(nobody.post(&path, &pairs(&page.fields())).await.status, StatusCode::UNAUTHORIZED);
    for odd in [
        "/console/channels/0",
        "/console/channels/x",
        "/console/channels/%00",
        "/console/channels/999999999999999999999999",
    ] {
        assert_eq!(hanako.get(odd).await.status, StatusCode::NOT_FOUND, "{odd}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_may_print_a_routes_code_and_an_admin_makes_and_forgets_routes() {
    let app = App::start().await;
    let path = format!("/console/channels/{CHANNEL_ID}/routes");
    let remove = format!("{path}/remove");
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    let token = hanako.get(&path).await.token();
    let routes = async || stored(&app).await.login.expect("LINE Login").routes;
    let before = routes().await.len();

    let added = hanako.post(&path, &[("token", &token), ("name", " spring-2027 "), ("after_login", "")]).await;
    assert_eq!(added.location(), Some(&*format!("{path}?saved=1")));
    assert_eq!(routes().await.len(), before + 1);
    let page = taro.get(&path).await;
    assert!(page.has("spring-2027") && page.has("/login/qr?lang=ja&amp;route=spring-2027") && !page.has("remove"));
    let code = format!("/line/{CHANNEL_ID}/login/qr?lang=ja&route=spring-2027");
    assert_eq!(taro.get(&code).await.status, StatusCode::OK, "the code is there at once");

    let theirs = taro.get("/console").await.token();
    for (path, fields) in
        [(&path, [("token", &*theirs), ("name", "mine")]), (&remove, [("token", &*theirs), ("name", "spring-2027")])]
    {
        assert_eq!(taro.post(path, &fields).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for (name, page) in [("Spring", ""), ("", ""), ("a", "http://evil.example"), ("a", "https://evil.example/x")] {
        let fields = [("token", &*token), ("name", name), ("after_login", page)];
        let answer = hanako.post(&path, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name} {page}");
        assert!(answer.has("role=\"alert\"") && routes().await.len() == before + 1, "{name} {page}");
    }
    assert_eq!(hanako.get(&format!("{remove}?name=no-such")).await.status, StatusCode::NOT_FOUND);
    assert!(hanako.get(&format!("{remove}?name=spring-2027")).await.has("spring-2027"));
    for _ in 0..2 {
        let removed = hanako.post(&remove, &[("token", &token), ("name", "spring-2027")]).await;
        assert_eq!(removed.status, StatusCode::SEE_OTHER, "twice is what was wanted");
    }
    assert_eq!(routes().await.len(), before);
    let log = hanako.get("/console/log").await;
    assert_eq!(
        (log.html.matches("経路「spring-2027」を登録").count(), log.html.matches("を削除しました").count()),
        (1, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_of_another_official_account_has_neither_the_accounts_settings_nor_what_was_done_with_this_one() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let path = format!("/console/channels/{CHANNEL_ID}");
    let typed = hanako.get(&path).await.typed(&[("tasks", "off")]);
    assert_eq!(hanako.post(&path, &pairs(&typed)).await.status, StatusCode::SEE_OTHER);
    assert!(hanako.get("/console/log").await.has(CHANNEL_ID));

    let mut jiro = Browser::new(&app);
    jiro.joins(&invited(&app, "次郎", Role::Admin, Some("9")).await).await;
    let log = jiro.get("/console/log").await;
    assert!(log.status == StatusCode::OK && log.has("ログインしました") && !log.has(CHANNEL_ID));
    assert!(!log.has("/console/account"), "no way leads there");
    assert_eq!(jiro.get("/console/account").await.status, StatusCode::FORBIDDEN);
    let fields = [("token", &*log.token()), ("was.unfilled_tokens", "refuse"), ("unfilled_tokens", "send")];
    assert_eq!(jiro.post("/console/account", &fields).await.status, StatusCode::FORBIDDEN);
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let kept = adapters.accounts().expect("accounts").find(&account()).await.expect("a row").expect("an account");
    assert_eq!(kept.value.unfilled_tokens, Default::default());
}
