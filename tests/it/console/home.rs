//! The first page: how everything stands, by what the doctor saw the last time.

use local::seed::CHANNEL_ID;
use local::world::Options;
use musubi::domain::operator::Role;
use reqwest::StatusCode;

use super::browser::{Browser, Page, invited};
use super::doctor::daily;
use crate::app::App;
use crate::doctor::ward::Ward;
use crate::doctor::{at_line, inside};

const LAMPS: [&str; 5] = ["正常", "注意", "動いていません", "未確認", "テスト登録待ち"];

/// The lamps as they come: the account's own, then each Official Account's.
fn lamps(page: &Page) -> Vec<&'static str> {
    assert_eq!(page.status, StatusCode::OK);
    let shown = page.html.split("class=\"lamp").skip(1).map(|rest| rest.split('>').nth(1).expect("words"));
    let lamp = |shown: &str| LAMPS.into_iter().find(|lamp| shown == format!("{lamp}</span"));
    shown.map(|shown| lamp(shown).expect("a lamp in words")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_account_has_a_lamp_and_what_waits_is_counted() {
    let ward = Ward::of(App::with(Options { schedule_ms: None, ..Options::default() }).await);
    let mut admin = Browser::signed_in(&ward.app, "管理者", Role::Admin).await;

    let before = admin.get("/console").await;
    assert_eq!(lamps(&before), ["未確認", "未確認"]);
    assert!(before.says("まだ確認していません") && !before.has("/console/decisions\">0件"));

    daily(&ward).await;
    // Until its test registration was seen an Official Account is not in order, whatever the doctor does not find.
    let tried_at_ms = ward.app.world.clock.now_ms();
    ward.app.change_channel(|channel| channel.connecting.trial_passed_at_ms = None).await;
    let untried = admin.get("/console").await;
    assert_eq!(lamps(&untried), ["正常", "テスト登録待ち"]);
    assert!(untried.has(&format!("href=\"/console/channels/{CHANNEL_ID}/trial\"")));
    ward.app.change_channel(|channel| channel.connecting.trial_passed_at_ms = Some(tried_at_ms)).await;
    let well = admin.get("/console").await;
    assert_eq!(lamps(&well), ["正常", "正常"]);
    assert!(!well.has("/trial\""));
    assert!(well.has("/console/decisions\">0件") && well.has("/console/dead-letters\">0件"), "{}", well.html);
    assert!(well.has("<dt>今月の送信数</dt><dd>0通（上限なし）"), "{}", well.html);

    ward.to_the_middle_of_a_month();
    let mut admin = Browser::signed_in(&ward.app, "管理者", Role::Admin).await;
    let mut member = Browser::signed_in(&ward.app, "太郎", Role::Member).await;
    let mut elsewhere = Browser::new(&ward.app);
    elsewhere.joins(&invited(&ward.app, "次郎", Role::Member, Some("9")).await).await;
    assert_eq!(lamps(&admin.get("/console").await), ["未確認", "未確認"], "nobody has looked lately");
    inside::make_waiting(&ward).await;
    at_line::send(&ward, 10).await;
    ward.app.world.line.edit_channel(CHANNEL_ID, |spec| spec.monthly_limit = Some(15));
    daily(&ward).await;
    let calls = ward.calls();
    let waiting = admin.get("/console").await;
    assert_eq!(lamps(&waiting), ["注意", "注意"]);
    assert!(waiting.has("<dd>10／15通（月末の見込み："), "{}", waiting.html);
    for said in ["/console/decisions\">2件", "/console/dead-letters\">1件", "<dd>3時間</dd>"] {
        assert!(waiting.has(said), "{said}: {}", waiting.html);
    }
    let of_one = admin.get(&format!("/console/channels/{CHANNEL_ID}")).await;
    assert!(of_one.has("<dt>今月の送信数</dt><dd>10／15通（月末の見込み："), "{}", of_one.html);
    admin.language = "en";
    let english = admin.get("/console").await;
    assert!(english.says("Look here") && english.says("10 of 15, heading for ") && english.says("3 h"));
    admin.language = "ja";

    ward.app.world.line.edit_channel(CHANNEL_ID, |spec| spec.webhook_active = false);
    daily(&ward).await;
    assert_eq!(lamps(&admin.get("/console").await), ["注意", "動いていません"]);
    let seen = member.get("/console").await;
    assert_eq!(lamps(&seen), ["注意", "動いていません"]);
    assert!(!seen.has("/console/dead-letters"), "dead letters are the admins'");
    // Who sees other Official Accounts alone, sees neither this one nor what waits for it.
    let seen = elsewhere.get("/console").await;
    assert_eq!(lamps(&seen), ["注意"]);
    assert!(seen.has("/console/decisions\">0件") && !seen.says("10／15通"), "{}", seen.html);
    assert_eq!(Browser::new(&ward.app).get("/console").await.status, StatusCode::UNAUTHORIZED);

    // The pages asked nobody: what was asked was the second look's.
    let asked = ward.calls();
    daily(&ward).await;
    let one_look: Vec<usize> = ward.calls().iter().zip(&asked).map(|(now, before)| now.len() - before.len()).collect();
    let since: Vec<usize> = asked.iter().zip(&calls).map(|(now, before)| now.len() - before.len()).collect();
    assert_eq!(since[0], one_look[0], "LINE");
}
