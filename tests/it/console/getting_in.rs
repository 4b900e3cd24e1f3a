//! Who gets in, and what nobody may.

use local::seed::{CHANNEL_ID, CHANNEL_SECRET, CLIENT_SECRET, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::browser::random_secret;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::ids::CrmAccountId;
use musubi::domain::operator::session::{AT_MOST_MS, IDLE_MS, INVITED_MS};
use musubi::domain::operator::{Role, operator_id};
use musubi::ports::table::Commit;
use reqwest::StatusCode;
use reqwest::header::SET_COOKIE;

use super::browser::{Browser, COOKIE, console, invited, invited_to, name, names};
use crate::app::{App, account};

/// Headers that say where a form comes from, and the form's token.
type Sent<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>);

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_invited_signs_in_invites_and_removes_another_and_leaves() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let home = hanako.get("/console").await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(home.has("結び珈琲") && home.has(CHANNEL_ID) && home.has(&PORTAL_ID.to_string()) && home.has("花子"));

    let team = hanako.get("/console/team").await;
    let token = team.token();
    let fields = [("token", &*token), ("name", "太郎"), ("role", "member")];
    let ready = hanako.post("/console/team/invitations", &fields).await;
    assert_eq!(ready.status, StatusCode::OK);
    let (_, rest) = ready.html.split_once("class=\"address\">").expect("the address");
    let address = rest.split('<').next().expect("its end").to_owned();
    let mut taro = Browser::new(&app);
    taro.language = "en";
    taro.joins(&address).await;
    let seen = taro.get("/console").await;
    assert!(seen.has("Sign out") && seen.has("太郎") && !seen.has("/console/team") && !seen.has("/console/log"));
    let english = taro.get("/console?lang=ja").await;
    assert!(english.has("ログアウト"), "as they chose");

    let id = operator_id(&account(), &name("太郎"));
    let asked = hanako.get(&format!("/console/team/remove?id={id}")).await;
    assert!(asked.has("太郎") && names(&app).await.len() == 2, "looking removes nobody");
    let removed = hanako.post("/console/team/remove", &[("token", &token), ("id", id.as_str())]).await;
    assert_eq!((removed.status, removed.location()), (StatusCode::SEE_OTHER, Some("/console/team")));
    assert_eq!(taro.get("/console").await.status, StatusCode::UNAUTHORIZED, "out at once");

    let log = hanako.get("/console/log").await;
    for line in ["「太郎」をメンバーとして招待しました", "「太郎」を削除しました", "コマンドライン"]
    {
        assert!(log.has(line), "{line}");
    }
    let copied = hanako.session.clone();
    let left = hanako.post("/console/sign-out", &[("token", &token)]).await;
    assert!(left.status == StatusCode::OK && hanako.session.is_none());
    hanako.session = copied;
    assert_eq!(hanako.get("/console").await.status, StatusCode::UNAUTHORIZED, "wherever its ID was copied to");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_opens_once_in_time_and_by_its_own_button() {
    let app = App::start().await;
    let address = invited(&app, "花子", Role::Admin, None).await;
    let path = address.strip_prefix(&app.world.url).expect("ours").to_owned();
    let mut scanner = Browser::new(&app);
    for _ in 0..3 {
        assert_eq!(scanner.get(&path).await.status, StatusCode::OK, "looking uses none up");
    }
    // Whoever sets somebody's cookie beforehand has no session afterwards.
    let mut victim = Browser::new(&app);
    let planted = random_secret().expect("randomness").expose().to_owned();
    victim.session = Some(planted.clone());
    victim.joins(&address).await;
    assert_ne!(victim.session, Some(planted.clone()));
    let mut attacker = Browser::new(&app);
    attacker.session = Some(planted);
    assert_eq!(attacker.get("/console").await.status, StatusCode::UNAUTHORIZED);

    let late = invited(&app, "太郎", Role::Admin, None).await;
    app.world.clock.advance_ms(INVITED_MS);
    let late = late.strip_prefix(&app.world.url).expect("ours").to_owned();
    for path in [&path, &late, &"/console/join?code=made-up".to_owned(), &"/console/join".to_owned()] {
        let mut other = Browser::new(&app);
        let page = other.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        let code = path.split_once("code=").map_or("", |(_, code)| code);
        let token = musubi::browser::form_token(&random_secret().expect("randomness"), "join");
        let page = other.post("/console/join", &[("code", code), ("token", &token)]).await;
        assert!(!page.status.is_success() && other.session.is_none(), "{path}");
    }
    assert_eq!(names(&app).await, ["花子"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_changes_nothing() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    Browser::signed_in(&app, "太郎", Role::Member).await;
    let token = hanako.get("/console/team").await.token();
    let (site, origin) = ("sec-fetch-site", "origin");
    let ours = app.world.url.clone();
    let id = operator_id(&account(), &name("太郎"));
    let foreign = random_secret().expect("randomness");
    let foreign = musubi::browser::form_token(&foreign, "console");
    let cases: [Sent<'_>; 8] = [
        (&[(site, "cross-site"), (origin, "https://evil.example")], Some(&token)),
        (&[(site, "same-site"), (origin, "https://evil.example")], Some(&token)),
        (&[(site, "cross-site")], Some(&token)),
        (&[(origin, "https://evil.example")], Some(&token)),
        (&[(origin, "null")], Some(&token)),
        (&[], None),
        (&[], Some(&foreign)),
        (&[(site, "same-origin"), (origin, &ours)], Some(&foreign)),
    ];
    let session = hanako.session.clone();
    for (headers, token) in cases {
        hanako.origin = headers
            .iter()
            .map(|(name, value)| (if *name == site { site } else { origin }, (*value).to_owned()))
            .collect();
        let token = token.map(|token| ("token", token));
        for (path, more) in [
            ("/console/team/remove", vec![("id", id.as_str())]),
            ("/console/team/role", vec![("id", id.as_str()), ("role", "admin")]),
            ("/console/team/invitations", vec![("name", "evil"), ("role", "admin")]),
            ("/console/sign-out", vec![]),
        ] {
            let fields: Vec<_> = token.into_iter().chain(more).collect();
            let page = hanako.post(path, &fields).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
        assert!(hanako.session == session && names(&app).await.len() == 2, "{headers:?}");
    }
    // A browser that says nothing of where it comes from, with the page's own token.
    hanako.origin = Vec::new();
    let removed = hanako.post("/console/team/remove", &[("token", &token), ("id", id.as_str())]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_does_nothing_that_takes_an_admin() {
    let app = App::start().await;
    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    let token = taro.get("/console").await.token();
    let id = operator_id(&account(), &name("太郎"));
    for path in ["/console/team", "/console/log", &format!("/console/team/remove?id={id}")] {
        let page = taro.get(path).await;
        assert!(page.status == StatusCode::FORBIDDEN && page.has("管理者だけ"), "{path}");
    }
    let forms: [(&str, &[(&str, &str)]); 3] = [
        ("/console/team/invitations", &[("token", &token), ("name", "友人"), ("role", "admin")]),
        ("/console/team/remove", &[("token", &token), ("id", id.as_str())]),
        ("/console/team/role", &[("token", &token), ("id", id.as_str()), ("role", "admin")]),
    ];
    for (path, fields) in forms {
        assert_eq!(taro.post(path, fields).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(names(&app).await, ["太郎"]);
    // Nobody at all gets less.
    for path in ["/console", "/console/team", "/console/log"] {
        assert_eq!(Browser::new(&app).get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_account_has_is_neither_seen_nor_changed() {
    let app = App::start().await;
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let accounts = adapters.accounts().expect("accounts");
    let mut other = accounts.find(&account()).await.expect("a row").expect("an account").value;
    other.key = CrmAccountKey { id: CrmAccountId::new("24000099"), ..account() };
    other.channels = Vec::new();
    assert_eq!(accounts.put(&other, 0).await.expect("stored"), Commit::Done);

    Browser::signed_in(&app, "花子", Role::Admin).await;
    let mut stranger = Browser::new(&app);
    stranger.joins(&invited_to(&app, other.key.clone(), "花子", Role::Admin, None).await).await;
    let home = stranger.get("/console").await;
    assert!(home.has("24000099") && !home.has(CHANNEL_ID) && !home.has(&PORTAL_ID.to_string()));
    let team = stranger.get("/console/team").await;
    let log = stranger.get("/console/log").await;
    assert_eq!(team.html.matches("<strong>").count(), 1, "themselves alone");
    assert_eq!(log.html.matches("<time>").count(), 2, "their own invitation and signing in");
    let token = team.token();
    let id = operator_id(&account(), &name("花子"));
    assert_eq!(stranger.get(&format!("/console/team/remove?id={id}")).await.status, StatusCode::NOT_FOUND);
    stranger.post("/console/team/remove", &[("token", &token), ("id", id.as_str())]).await;
    let fields = [("token", &*token), ("id", id.as_str()), ("role", "member")];
    assert_eq!(stranger.post("/console/team/role", &fields).await.status, StatusCode::NOT_FOUND);
    let fields = [("token", &*token), ("name", "密偵"), ("role", "admin"), ("channel", CHANNEL_ID)];
    let page = stranger.post("/console/team/invitations", &fields).await;
    assert!(page.has("role=\"alert\""), "an Official Account of another CRM account");
    assert_eq!(names(&app).await, ["花子"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_may_be_kept_to_certain_official_accounts() {
    let app = App::start().await;
    for (only, sees) in [(CHANNEL_ID, true), ("1657999999", false)] {
        let mut taro = Browser::new(&app);
        taro.joins(&invited(&app, "太郎", Role::Member, Some(only)).await).await;
        assert_eq!(taro.get("/console").await.has(CHANNEL_ID), sees, "{only}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_by_itself() {
    let app = App::start().await;
    let mut idle = Browser::signed_in(&app, "花子", Role::Admin).await;
    app.world.clock.advance_ms(IDLE_MS);
    let page = idle.get("/console").await;
    assert!(page.status == StatusCode::UNAUTHORIZED && page.has("ログインしていません"));
    let mut busy = Browser::signed_in(&app, "太郎", Role::Admin).await;
    for _ in 0..AT_MOST_MS / IDLE_MS * 2 - 1 {
        app.world.clock.advance_ms(IDLE_MS / 2);
        assert_eq!(busy.get("/console").await.status, StatusCode::OK);
    }
    app.world.clock.advance_ms(IDLE_MS / 2);
    assert_eq!(busy.get("/console").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_load_our_own_files_alone_and_show_no_secret() {
    let app = App::start().await;
    let mut hostile = Browser::signed_in(&app, "<script>alert(1)</script>", Role::Admin).await;
    let address = invited(&app, "<b>太郎</b>", Role::Member, None).await;
    let path = address.strip_prefix(&app.world.url).expect("ours").to_owned();
    let session = hostile.session.clone().expect("a session");
    let mut pages = vec![Browser::new(&app).get("/console").await, Browser::new(&app).get(&path).await];
    for path in ["/console", "/console/team", "/console/log"] {
        pages.push(hostile.get(path).await);
    }
    for page in pages {
        let policy = page.headers["content-security-policy"].to_str().expect("text");
        assert_eq!(
            policy,
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        );
        assert_eq!(
            (&page.headers["cache-control"], &page.headers["referrer-policy"]),
            (&"no-store".parse().unwrap(), &"no-referrer".parse().unwrap())
        );
        assert!(!page.has("<script") && !page.has("<b>太郎") && !page.has("style="));
        for secret in [CHANNEL_SECRET, CLIENT_SECRET, &session] {
            assert!(!page.has(secret));
        }
    }
    let mut asked = Browser::new(&app);
    let cookie = asked.get(&path).await.headers[SET_COOKIE].to_str().expect("text").to_owned();
    assert!(cookie.starts_with(COOKIE) && cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "no Domain");
    let style = asked.get("/console/assets/console.css").await;
    assert_eq!(
        (style.status, &style.headers["content-type"]),
        (StatusCode::OK, &"text/css; charset=utf-8".parse().unwrap())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_of_some_official_accounts_gets_nobody_to_see_more() {
    let app = App::start().await;
    Browser::signed_in(&app, "花子", Role::Admin).await;
    let mut jiro = Browser::new(&app);
    jiro.joins(&invited(&app, "次郎", Role::Admin, Some(CHANNEL_ID)).await).await;
    let token = jiro.get("/console/team").await.token();
    let hers = operator_id(&account(), &name("花子"));
    let as_her =
        jiro.post("/console/team/invitations", &[("token", &token), ("name", "花子"), ("role", "admin")]).await;
    assert!(as_her.has("role=\"alert\"") && !as_her.has("code="), "he does not become her");
    let removed = jiro.post("/console/team/remove", &[("token", &token), ("id", hers.as_str())]).await;
    assert!(removed.has("role=\"alert\"") && names(&app).await.len() == 2);
    let own = operator_id(&account(), &name("次郎"));
    for (id, role) in [(&hers, "member"), (&own, "member"), (&hers, "owner")] {
        let fields = [("token", &*token), ("id", id.as_str()), ("role", role)];
        assert!(jiro.post("/console/team/role", &fields).await.has("role=\"alert\""), "{role}");
    }
    let all = console(&app).operators.all(&account()).await.expect("operators");
    assert!(all.iter().all(|operator| operator.role == Role::Admin), "hers and his own stay as they were");
    let page = jiro.post("/console/team/invitations", &[("token", &token), ("name", "三郎"), ("role", "admin")]).await;
    assert!(page.has("code="), "somebody who sees what he sees");
    for odd in ["", "x", &"0".repeat(2_000)] {
        assert_eq!(jiro.get(&format!("/console/team/remove?id={odd}")).await.status, StatusCode::NOT_FOUND);
        let page = jiro.post("/console/team/remove", &[("token", &token), ("id", odd)]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
    }
}
