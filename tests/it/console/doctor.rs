//! The doctor's page, and the daily look: what an operator may see of it, and what is new.

use local::seed::CHANNEL_ID;
use local::world::Options;
use musubi::aws::RetryPolicy;
use musubi::domain::language::Language;
use musubi::domain::operator::Role;
use musubi::domain::words::findings;
use reqwest::StatusCode;

use super::browser::{Browser, Page, invited};
use crate::app::App;
use crate::doctor::make;
use crate::doctor::ward::Ward;

const OURS: &str = "work.inbox_dead_letters";
const THEIRS: &str = "line.webhook_off";

/// The codes on the page.
fn shown(page: &Page) -> Vec<&'static str> {
    assert_eq!(page.status, StatusCode::OK);
    let codes = findings::all().map(|complaint| complaint.code);
    codes.filter(|code| page.has(&format!(">{code}<"))).collect()
}

async fn look(browser: &mut Browser<'_>) -> Page {
    let token = browser.get("/console/doctor").await.token();
    let looked = browser.post("/console/doctor", &[("token", &token)]).await;
    assert_eq!((looked.status, looked.location()), (StatusCode::SEE_OTHER, Some("/console/doctor")));
    browser.get("/console/doctor").await
}

pub async fn daily(ward: &Ward) -> usize {
    let adapters = ward.app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let ports = doctor::Ports::of(&adapters, &ward.app.world.environment).expect("ports");
    doctor::handle(&ports).await.expect("kept")
}

async fn world() -> Ward {
    Ward::of(App::with(Options { schedule_ms: None, ..Options::default() }).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_what_is_wrong_as_far_as_they_may_and_looks_again() {
    let mut ward = world().await;
    make(&mut ward, OURS).await;
    make(&mut ward, THEIRS).await;
    let app = &ward.app;
    let mut admin = Browser::signed_in(app, "管理者", Role::Admin).await;
    let before = admin.get("/console/doctor").await;
    assert!(before.has("まだ確認していません") && shown(&before).is_empty());

    let found = look(&mut admin).await;
    assert_eq!(shown(&found), [THEIRS, OURS]);
    let complaint = findings::all().find(|complaint| complaint.code == THEIRS).expect("known");
    let place = complaint.place.expect("a menu").words;
    assert!(found.says(complaint.why.of(Language::Japanese)) && found.says(place.of(Language::Japanese)));
    admin.language = "en";
    assert!(admin.get("/console/doctor").await.says(place.of(Language::English)));

    let mut member = Browser::signed_in(app, "太郎", Role::Member).await;
    assert_eq!(shown(&member.get("/console/doctor").await), [THEIRS], "what is of no account is the admins'");
    let mut elsewhere = Browser::new(app);
    elsewhere.joins(&invited(app, "次郎", Role::Member, Some("9")).await).await;
    assert_eq!(shown(&elsewhere.get("/console/doctor").await), [""; 0]);

    // So soon nobody is asked: what is found is what was found.
    app.world.line.edit_channel(CHANNEL_ID, |spec| spec.webhook_active = true);
    assert_eq!(shown(&look(&mut member).await), [THEIRS]);
    app.world.clock.advance_ms(121_000);
    assert_eq!(shown(&look(&mut member).await), [""; 0]);
    assert_eq!(shown(&admin.get("/console/doctor").await), [OURS]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_looks_by_another_sites_form_or_signed_out() {
    let ward = world().await;
    let mut stranger = Browser::new(&ward.app);
    assert_eq!(stranger.get("/console/doctor").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(stranger.post("/console/doctor", &[("token", "x")]).await.status, StatusCode::UNAUTHORIZED);
    let mut admin = Browser::signed_in(&ward.app, "管理者", Role::Admin).await;
    for fields in [&[][..], &[("token", "forged")]] {
        assert_eq!(admin.post("/console/doctor", fields).await.status, StatusCode::FORBIDDEN);
    }
    assert!(admin.get("/console/doctor").await.has("まだ確認していません"), "nobody has looked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_is_told_once() {
    let mut ward = world().await;
    assert_eq!(daily(&ward).await, 0, "a healthy world");
    make(&mut ward, OURS).await;
    make(&mut ward, THEIRS).await;
    assert_eq!((daily(&ward).await, daily(&ward).await), (2, 0));
    ward.app.world.line.edit_channel(CHANNEL_ID, |spec| spec.webhook_active = true);
    assert_eq!(daily(&ward).await, 0);
    ward.app.world.line.edit_channel(CHANNEL_ID, |spec| spec.webhook_active = false);
    // What an operator's look found is told all the same: they are not who runs Musubi.
    ward.app.world.clock.advance_ms(121_000);
    let mut admin = Browser::signed_in(&ward.app, "管理者", Role::Admin).await;
    assert_eq!(shown(&look(&mut admin).await), [THEIRS, OURS]);
    assert_eq!((daily(&ward).await, daily(&ward).await), (1, 0));
    ward.no_canary_in(&admin.get("/console/doctor").await.html).await;
}
