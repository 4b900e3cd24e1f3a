//! The vendors' published signature vectors.

use local::fake::hubspot::{sign_v1, sign_v2, sign_v3};
use local::fake::line::event;
use serde_json::Value;

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_line_vector_comes_out_as_published() {
    let file = vectors(include_str!("vectors/line-signatures.json"));
    let mut checked = 0;
    for list in ["published", "own"] {
        for vector in file[list].as_array().unwrap() {
            let text = |name: &str| vector[name].as_str().unwrap();
            let fits = event::sign(text("secret"), text("body")) == text("signature");
            assert_eq!(fits, vector["valid"].as_bool().unwrap(), "{}", vector["why"]);
            checked += 1;
        }
    }
    assert_eq!(checked, 5);
}

#[test]
fn every_hubspot_vector_comes_out_as_published() {
    let file = vectors(include_str!("vectors/hubspot-signatures.json"));
    let all = file["vectors"].as_array().unwrap();
    for vector in all {
        let text = |name: &str| vector[name].as_str().unwrap_or_default();
        let body = text("body").as_bytes();
        let made = match text("version") {
            "v1" => sign_v1(text("secret"), body),
            "v2" => sign_v2(text("secret"), text("method"), text("uri"), body),
            _ => sign_v3(text("secret"), text("method"), text("uri"), body, text("timestamp")),
        };
        assert_eq!(made, text("expected"), "{}", text("source"));
    }
    assert!(all.len() >= 6, "{}", all.len());
}
