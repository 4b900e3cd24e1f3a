use super::*;

#[test]
fn a_token_of_line_tells_who_logged_in() {
    for end in [web(&web_token(claims().to_string())), liff(&liff_token(claims().to_string()))] {
        let person = end.unwrap();
        assert_eq!(person.user.expose(), USER);
        assert_eq!(person.name.as_deref(), Some("花子"));
        assert_eq!(person.picture.as_deref(), Some("https://example.com/a.jpg"));
        assert_eq!(person.email.map(|email| email.expose().to_owned()).as_deref(), Some("hanako@example.com"));
        assert!(person.is_friend.is_none() && person.access_token.is_none());
    }
}

#[test]
fn what_a_person_does_not_share_is_none_and_so_is_what_is_no_address() {
    let bare = json!({"iss": ISSUER, "sub": USER, "aud": CHANNEL, "exp": NOW_S + 1, "iat": NOW_S, "nonce": NONCE});
    let odd = json!({"name": " ", "picture": "javascript:alert(1)", "email": "nobody", "amr": 1});
    let mut with_odd = bare.clone();
    with_odd.as_object_mut().unwrap().extend(odd.as_object().unwrap().clone());
    for claims in [bare, with_odd] {
        for end in [web(&web_token(claims.to_string())), liff(&liff_token(claims.to_string()))] {
            let person = end.unwrap();
            assert!(person.name.is_none() && person.picture.is_none() && person.email.is_none());
        }
    }
}

#[test]
fn a_token_of_the_old_secret_is_taken_during_a_rotation() {
    let token = web_token(claims().to_string());
    assert!(web_with(&token, &["the new one", SECRET], NONCE).is_ok());
}

#[test]
fn a_token_is_good_to_its_last_second_and_lines_clock_may_be_a_minute_ahead() {
    assert!(web(&web_token(with("exp", json!(NOW_S + 1)).to_string())).is_ok());
    assert!(web(&web_token(with("iat", json!(NOW_S + 60)).to_string())).is_ok());
    assert!(liff(&liff_token(with("nonce", Value::Null).to_string())).is_ok(), "a LIFF app's token has no nonce");
}

#[test]
fn properties_that_mean_nothing_to_us_do_no_harm() {
    let header = r#"{"alg":"HS256","cty":"x","new":[1,{"a":null}]}"#;
    assert!(web(&by_hmac(header, with("new", json!({"a": [1]})).to_string(), SECRET.as_bytes())).is_ok());
}

const ISSUER: &str = "https://access.line.me";
