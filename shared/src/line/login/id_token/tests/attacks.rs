use super::*;

/// An attack, its token and why it is refused.
type Row = (&'static str, String, Fault);

fn spki_pem() -> String {
    // RFC 5480: the algorithm's name before the point.
    let mut der = vec![0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a];
    der.extend([0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00]);
    der.extend(LINES.public().point());
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----\n", &text[..64], &text[64..])
}

fn unsigned(algorithm: &str) -> String {
    format!("{}.{}.", encode(format!(r#"{{"alg":"{algorithm}","kid":"key"}}"#)), encode(claims().to_string()))
}

#[test]
fn the_token_never_chooses_its_algorithm() {
    let body = claims().to_string();
    let pem = spki_pem();
    let jwk = LINES.jwk("key").to_string();
    let hs = r#"{"alg":"HS256","kid":"key"}"#;
    for algorithm in ["none", "None", "nOnE", "NONE", "", "hs256", "es256", "HS384", "HS512", "RS256", "ES384", "EdDSA"]
    {
        for end in [web(&unsigned(algorithm)), liff(&unsigned(algorithm))] {
            refused(end, Fault::Algorithm, algorithm);
        }
    }
    refused(liff(&by_hmac(hs, &body, SECRET.as_bytes())), Fault::Algorithm, "HS256 at LIFF");
    refused(web(&liff_token(&body)), Fault::Algorithm, "ES256 on the web");
    for (key, what) in
        [(pem.as_bytes(), "PEM"), (jwk.as_bytes(), "JWK"), (LINES.public().point(), "point"), (b"", "empty")]
    {
        refused(liff(&by_hmac(hs, &body, key)), Fault::Algorithm, what);
        refused(liff(&by_hmac(LIFF_HEADER, &body, key)), Fault::Signature, what);
        refused(web(&by_hmac(hs, &body, key)), Fault::Signature, what);
    }
    refused(web(&by_key(WEB_HEADER, &body, &LINES)), Fault::Signature, "HS256 signed with a private key");
}

#[test]
fn only_lines_own_signature_is_one() {
    let body = claims().to_string();
    refused(web(&by_hmac(WEB_HEADER, &body, b"wrong")), Fault::Signature, "wrong secret");
    refused(web_with(&by_hmac(WEB_HEADER, &body, b""), &["", ""], NONCE), Fault::Signature, "an empty secret is none");
    refused(web_with(&web_token(&body), &[], NONCE), Fault::Signature, "no secret");
    refused(liff(&by_key(LIFF_HEADER, &body, &STRANGERS)), Fault::Signature, "a stranger's key");
    let another = r#"{"kid":"another","alg":"ES256"}"#;
    refused(liff(&by_key(another, &body, &STRANGERS)), Fault::UnknownKey, "unknown kid");
    refused(liff(&by_key(another, &body, &LINES)), Fault::UnknownKey, "the kid of another key");
    for header in [r#"{"alg":"ES256"}"#, r#"{"alg":"ES256","kid":""}"#, r#"{"alg":"ES256","kid":null}"#] {
        refused(liff(&by_key(header, &body, &LINES)), Fault::NoKeyId, header);
    }
    let long = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, "k".repeat(129));
    refused(liff(&by_key(&long, &body, &LINES)), Fault::NoKeyId, "a huge kid");
    // ring's other form of an ECDSA signature, and r = s = 0.
    for signature in [vec![0; 64], vec![0x30, 6, 2, 1, 1, 2, 1, 1], Vec::new(), vec![255; 64]] {
        let token = liff_token(&body);
        let signed = token.rsplit_once('.').unwrap().0;
        refused(liff(&format!("{signed}.{}", encode(&signature))), Fault::Signature, "made-up signature");
    }
}

#[test]
fn a_header_that_brings_a_key_or_demands_more_is_refused() {
    let body = claims().to_string();
    let jwk = STRANGERS.jwk("key");
    let address = json!("https://example.com/keys");
    for (name, value, why) in [
        ("jwk", jwk.clone(), Fault::BringsAKey),
        ("jwk", Value::Null, Fault::BringsAKey),
        ("jku", address.clone(), Fault::BringsAKey),
        ("x5u", address, Fault::BringsAKey),
        ("x5c", json!(["AAAA"]), Fault::BringsAKey),
        ("x5t", json!("AAAA"), Fault::BringsAKey),
        ("x5t#S256", json!("AAAA"), Fault::BringsAKey),
        ("crit", json!(["exp"]), Fault::Extension),
        ("crit", json!([]), Fault::Extension),
        ("b64", json!(false), Fault::Extension),
        ("zip", json!("DEF"), Fault::Extension),
    ] {
        let header = |algorithm: &str| json!({"alg": algorithm, "kid": "key", name: value}).to_string();
        refused(web(&by_hmac(&header("HS256"), &body, SECRET.as_bytes())), why, name);
        refused(liff(&by_key(&header("ES256"), &body, &LINES)), why, name);
        refused(liff(&by_key(&header("ES256"), &body, &STRANGERS)), why, name);
    }
    for header in [
        "",
        "{",
        "[]",
        r#"["HS256"]"#,
        r#""HS256""#,
        "{}",
        r#"{"alg":null}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256"} {}"#,
        r#"{"alg":"HS256","kid":1}"#,
    ] {
        refused(web(&by_hmac(header, &body, SECRET.as_bytes())), Fault::Header, header);
    }
}

#[test]
fn a_token_has_one_spelling() {
    let good = web_token(claims().to_string());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let short = encode(&URL_SAFE_NO_PAD.decode(signature).unwrap()[..31]);
    // The last of 43 characters holds four bits of the signature and two that must be zero.
    let (start, last) = signature.split_at(42);
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = alphabet.iter().position(|c| *c == last.as_bytes()[0]).unwrap();
    let rows: Vec<Row> = vec![
        ("nothing", String::new(), Fault::Shape),
        ("one part", header.to_owned(), Fault::Shape),
        ("two parts", signed.to_owned(), Fault::Shape),
        ("four parts", format!("{good}.{signature}"), Fault::Shape),
        ("four parts, one empty", format!("{good}."), Fault::Shape),
        ("dots alone", "..".to_owned(), Fault::Header),
        ("a blank before", format!(" {good}"), Fault::Encoding),
        ("a line's end behind", format!("{good}\n"), Fault::Encoding),
        ("a blank inside", format!("{header}. {payload}.{signature}"), Fault::Signature),
        ("padding", format!("{good}="), Fault::Encoding),
        ("padding in the header", format!("{header}=.{payload}.{signature}"), Fault::Encoding),
        ("standard base64", format!("{signed}.+/{}", &signature[2..]), Fault::Encoding),
        ("not base64url", format!("{signed}.!{}", &signature[1..]), Fault::Encoding),
        ("not ASCII", format!("{signed}.{}あ", &signature[3..]), Fault::Encoding),
        ("no signature", format!("{signed}."), Fault::Signature),
        ("a short signature", format!("{signed}.{short}"), Fault::Signature),
        ("a long signature", format!("{good}AAAA"), Fault::Signature),
        ("a longer signature", format!("{signed}.{signature}A"), Fault::Signature),
        ("bits left over", format!("{signed}.{start}{}", alphabet[at + 1] as char), Fault::Encoding),
        ("payload of another", format!("{header}.{}.{signature}", encode("{}")), Fault::Signature),
        ("just too long", by_hmac(WEB_HEADER, "x".repeat(12_500), b"wrong"), Fault::TooLong),
        ("huge", format!("{}.{payload}.{signature}", "!".repeat(10_000_000)), Fault::TooLong),
    ];
    for (what, token, why) in rows {
        refused(web(&token), why, what);
    }
}

#[test]
fn each_claim_is_checked() {
    let rows = [
        ("iss", Value::Null, Fault::Issuer),
        ("iss", json!("https://access.line.me/"), Fault::Issuer),
        ("iss", json!("http://access.line.me"), Fault::Issuer),
        ("iss", json!("https://access.line.me.example.com"), Fault::Issuer),
        ("iss", json!("HTTPS://ACCESS.LINE.ME"), Fault::Issuer),
        ("iss", json!(["https://access.line.me"]), Fault::Issuer),
        ("aud", Value::Null, Fault::Audience),
        ("aud", json!("2000000002"), Fault::Audience),
        ("aud", json!(""), Fault::Audience),
        ("aud", json!("2000000001 "), Fault::Audience),
        ("aud", json!(2_000_000_001), Fault::Audience),
        ("aud", json!([CHANNEL]), Fault::Audience),
        ("aud", json!([CHANNEL, "2000000002"]), Fault::Audience),
        ("aud", json!([]), Fault::Audience),
        ("exp", Value::Null, Fault::NoExpiry),
        ("exp", json!((NOW_S + 3600).to_string()), Fault::NoExpiry),
        ("exp", json!(1e30), Fault::NoExpiry),
        ("exp", json!(u64::MAX), Fault::NoExpiry),
        ("exp", json!(NOW_S), Fault::Expired),
        ("exp", json!(NOW_S - 1), Fault::Expired),
        ("exp", json!(0), Fault::Expired),
        ("exp", json!(i64::MIN), Fault::Expired),
        ("iat", Value::Null, Fault::NoIssueTime),
        ("iat", json!("now"), Fault::NoIssueTime),
        ("iat", json!(NOW_S + 61), Fault::NotYetIssued),
        ("iat", json!(NOW_S * 1000), Fault::NotYetIssued),
        ("iat", json!(i64::MAX), Fault::NotYetIssued),
        ("sub", Value::Null, Fault::Subject),
        ("sub", json!(""), Fault::Subject),
        ("sub", json!("U0123456789ABCDEF0123456789ABCDEF"), Fault::Subject),
        ("sub", json!(format!("{USER}0")), Fault::Subject),
        ("sub", json!(format!("C{}", &USER[1..])), Fault::Subject),
        ("sub", json!(format!("{USER}\n")), Fault::Subject),
        ("sub", json!([USER]), Fault::Subject),
    ];
    for (name, value, why) in rows {
        let what = format!("{name}: {value}");
        refused(web(&web_token(with(name, value.clone()).to_string())), why, &what);
        refused(liff(&liff_token(with(name, value).to_string())), why, &what);
    }
}

#[test]
fn on_the_web_the_token_is_of_this_attempt() {
    for nonce in [Value::Null, json!(""), json!("another"), json!(format!("{NONCE} ")), json!([NONCE]), json!(1)] {
        refused(web(&web_token(with("nonce", nonce.clone()).to_string())), Fault::Nonce, &nonce.to_string());
    }
    for nonce in [Value::Null, json!("")] {
        let token = web_token(with("nonce", nonce).to_string());
        refused(web_with(&token, &[SECRET], ""), Fault::Nonce, "an attempt without a nonce");
    }
}

#[test]
fn claims_that_can_be_read_in_two_ways_are_not_read() {
    let good = claims().to_string();
    let doubled = |name: &str, value: &str| good.replacen('{', &format!(r#"{{"{name}":{value},"#), 1);
    let mut not_utf8 = good.clone().into_bytes();
    let at = good.find("linesso").unwrap();
    not_utf8[at] = 0xff;
    for (what, payload, why) in [
        ("two aud", doubled("aud", r#""2000000002""#).into_bytes(), Fault::Claims),
        ("aud twice the same", doubled("aud", r#""2000000001""#).into_bytes(), Fault::Claims),
        ("two sub", doubled("sub", r#""Uffffffffffffffffffffffffffffffff""#).into_bytes(), Fault::Claims),
        ("an escaped second sub", doubled(r"s\u0075b", r#""x""#).into_bytes(), Fault::Claims),
        ("two exp", doubled("exp", "1").into_bytes(), Fault::Claims),
        ("not UTF-8", not_utf8, Fault::NotUtf8),
        ("UTF-16", good.encode_utf16().flat_map(u16::to_be_bytes).collect(), Fault::NotUtf8),
        ("empty", Vec::new(), Fault::Claims),
        ("an array", format!("[{good}]").into_bytes(), Fault::Claims),
        ("positions", format!(r#"["{CHANNEL}"]"#).into_bytes(), Fault::Claims),
        ("cut", good.as_bytes()[..good.len() - 1].to_vec(), Fault::Claims),
        ("something behind", format!("{good}{good}").into_bytes(), Fault::Claims),
        ("very deep", format!(r#"{{"aud":{}"#, "[".repeat(11_000)).into_bytes(), Fault::Claims),
    ] {
        refused(web(&web_token(&payload)), why, what);
        refused(liff(&liff_token(&payload)), why, what);
    }
}

#[test]
fn every_fault_has_words_of_its_own_and_none_tells_of_the_token() {
    let faults = [
        Fault::Missing,
        Fault::TooLong,
        Fault::Shape,
        Fault::Encoding,
        Fault::Header,
        Fault::Algorithm,
        Fault::BringsAKey,
        Fault::Extension,
        Fault::NoKeyId,
        Fault::UnknownKey,
        Fault::Signature,
        Fault::NotUtf8,
        Fault::Claims,
        Fault::Issuer,
        Fault::Audience,
        Fault::NoExpiry,
        Fault::Expired,
        Fault::NoIssueTime,
        Fault::NotYetIssued,
        Fault::Nonce,
        Fault::Subject,
    ];
    let words: BTreeSet<String> = faults.iter().map(|fault| LoginFailure::from(*fault).to_string()).collect();
    assert_eq!(words.len(), faults.len());
}

static GOOD: LazyLock<(String, String)> =
    LazyLock::new(|| (web_token(claims().to_string()), liff_token(claims().to_string())));

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}", header in ".{0,60}", payload in proptest::collection::vec(any::<u8>(), 0..200)) {
        for token in [text, by_hmac(&header, &payload, SECRET.as_bytes()), web_token(&payload), liff_token(&payload)] {
            prop_assert!(web(&token).is_err());
            prop_assert!(liff(&token).is_err());
        }
    }

    #[test]
    fn no_claims_make_it_panic(name in "iss|aud|sub|exp|iat|nonce|name|picture|email", value in "[0-9a-z\"{},:.eE+-]{0,20}") {
        let payload = claims().to_string().replacen(&format!(r#""{name}":"#), &format!(r#""{name}":{value},"x":"#), 1);
        let _ = web(&web_token(&payload));
        let _ = liff(&liff_token(&payload));
    }
}

#[test]
fn a_good_token_with_any_one_bit_turned_is_refused() {
    assert!(web(&GOOD.0).is_ok() && liff(&GOOD.1).is_ok());
    let turned = |token: &str, at: usize, bit: usize| {
        let mut bytes = token.as_bytes().to_vec();
        bytes[at] ^= 1 << bit;
        String::from_utf8(bytes).ok()
    };
    for (token, check) in [(&GOOD.0, &web as &dyn Fn(&str) -> _), (&GOOD.1, &liff)] {
        let all = (0..token.len()).flat_map(|at| (0..8).map(move |bit| (at, bit)));
        let texts: Vec<String> = all.filter_map(|(at, bit)| turned(token, at, bit)).collect();
        assert_eq!(texts.len(), token.len() * 7, "the eighth bit makes it no text");
        assert!(texts.iter().all(|token| check(token).is_err()));
    }
}
