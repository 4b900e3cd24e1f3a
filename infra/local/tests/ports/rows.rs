//! DynamoDB: rows, transactions whose answer is lost, and what expires.

use std::sync::Arc;

use local::contract::stores::table_contract;
use musubi::aws::{Aws, DynamoTable, RetryPolicy};
use musubi::config::Environment;
use musubi::ports::table::{Commit, Precondition, RowKey, Table, Write};

use crate::stack;

#[tokio::test]
async fn dynamodb_keeps_the_contract_of_rows() {
    let stack = stack().await;
    let client = stack.connect().dynamodb().clone();
    table_contract(Arc::new(DynamoTable::new(client, "journal"))).await;
}

/// Stands between us and DynamoDB: passes requests on, and swallows the answers to the first ones.
async fn lossy(target: String, swallow: usize) -> String {
    use axum::http::{HeaderMap, StatusCode};
    use std::sync::atomic::Ordering::SeqCst;
    let left = Arc::new(std::sync::atomic::AtomicUsize::new(swallow));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().build().unwrap();
    let handler = move |headers: HeaderMap, body: axum::body::Bytes| {
        let (left, client, target) = (left.clone(), client.clone(), target.clone());
        async move {
            let mut request = client.post(&target).body(body);
            for name in ["x-amz-target", "content-type", "authorization", "x-amz-date"] {
                request = request.header(name, headers[name].clone());
            }
            let answer = request.send().await.unwrap();
            let (status, type_) = (answer.status(), answer.headers()["content-type"].clone());
            let body = answer.bytes().await.unwrap();
            let lost = left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok();
            if lost {
                (StatusCode::INTERNAL_SERVER_ERROR, [("content-type", type_)], axum::body::Bytes::new())
            } else {
                (status, [("content-type", type_)], body)
            }
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(handler)).await });
    url
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_not_told_that_somebody_else_was_first() {
    let stack = stack().await;
    let target = stack.aws.environment().get("AWS_ENDPOINT_URL_DYNAMODB").unwrap();
    let key = |name: &str| RowKey::new("lost", name);
    let put = |name: &str, expect| Write::put(key(name), &name, expect);
    let cases = [
        vec![put("one", Precondition::Absent)],
        vec![put("two", Precondition::Absent), put("three", Precondition::Absent)],
        vec![put("one", Precondition::Version(1))],
    ];
    for writes in cases {
        let url = lossy(target.clone(), 2).await;
        let environment: Environment = stack.aws.environment().with([("AWS_ENDPOINT_URL_DYNAMODB", url)]);
        let aws = Aws::from_environment(&environment, RetryPolicy::WORKER).unwrap();
        let rows = DynamoTable::new(aws.dynamodb().clone(), "journal");
        assert_eq!(rows.commit(writes.clone()).await.unwrap(), Commit::Done);
        assert_eq!(rows.commit(writes).await.unwrap(), Commit::Conflict, "a second commit is another writer");
    }
}

/// Text that cannot be packed to less than three quarters.
fn noise(length: usize) -> String {
    let mut state = 1_u64;
    let letter = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[(state >> 58) as usize])
    };
    (0..length).map(letter).collect()
}

#[tokio::test]
async fn a_row_that_is_too_large_is_refused_for_good() {
    let stack = stack().await;
    let rows = DynamoTable::new(stack.connect().dynamodb().clone(), "journal");
    let huge = Write::put(RowKey::new("huge", "row"), &noise(700_000), Precondition::Any);
    assert!(!rows.commit(vec![huge.clone()]).await.unwrap_err().is_transient());
    let small = Write::put(RowKey::new("huge", "small"), &"x", Precondition::Any);
    assert!(!rows.commit(vec![huge, small]).await.unwrap_err().is_transient());
}

#[tokio::test]
async fn expired_rows_can_be_forgotten_by_the_clock() {
    let stack = stack().await;
    let rows = DynamoTable::new(stack.connect().dynamodb().clone(), "journal");
    let now_ms = stack.clock.now_ms();
    let write =
        |name: &str, days| Write::put(RowKey::new("ttl", name), &name, Precondition::Any).expiring(now_ms, days);
    let _ = rows.commit(vec![write("text", 30), write("tombstone", 60)]).await.unwrap();
    stack.clock.advance_ms(50 * 86_400_000);
    assert_eq!(stack.aws.dynamodb().forget_expired("journal").unwrap(), 1);
    let left = stack.aws.dynamodb().rows("journal").unwrap();
    assert_eq!(left.iter().map(|row| row.key.sort.as_str()).collect::<Vec<_>>(), ["tombstone"]);
}
