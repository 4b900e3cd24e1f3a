use super::*;
use crate::log::Written;

#[tokio::test]
async fn the_log_tells_of_calls_and_of_nobody() {
    let scene = Scene::new().await;
    let (written, guard) = Written::listen();
    let code = scene.code(&ask(), consent()).await;
    let person = scene.login.exchange(&scene.channel, &ask(), &code).await.unwrap();
    let mut told = vec![format!("{person:?}")];
    let token = person.access_token.unwrap();
    let liff = scene.line.sign_es256(&scene.claims());
    scene.login.verify_liff(&scene.channel, &liff).await.unwrap();
    scene.login.deauthorise(&scene.channel, &token).await.unwrap();
    for endpoint in [Endpoint::LoginToken, Endpoint::Deauthorize] {
        scene.line.fault(endpoint, Fault::CloseBeforeEffect, Plan::Next(1));
    }
    for _ in 0..2 {
        told.push(format!("{:?}", scene.login.exchange(&scene.channel, &ask(), &code).await.unwrap_err()));
    }
    told.push(format!("{:?}", scene.login.deauthorise(&scene.channel, &token).await.unwrap_err()));
    drop(guard);
    let lines = written.ours();
    let calls = lines.iter().filter(|line| line.contains("line.called") && line.contains(CHANNEL)).count();
    assert_eq!(calls, 7, "{lines:?}");
    told.extend(lines);
    let (verifier, nonce, state) = (ask().verifier, ask().nonce, ask().state);
    let private = [code.as_str(), token.expose(), &liff, LOGIN_SECRET, PERSON, &verifier, &nonce, &state];
    for private in private.into_iter().chain(["花子", "anako", "example.com", CALLBACK, "stateless."]) {
        assert!(!told.iter().any(|told| told.contains(private)), "a line, an error or Debug tells it");
    }
}
