//! Lists with a row that another version of Musubi wrote.

use musubi::aws::DynamoTable;
use musubi::ports::table::{Commit, Precondition, RowKey, Table, Write};

use super::support::Stack;

async fn plant(stack: &Stack, table: &str, partition: &str, sort: &str) {
    let rows = DynamoTable::new(stack.adapters.aws().dynamodb().clone(), table);
    let body = r#"{"v":9}"#.to_owned();
    let key = RowKey::new(partition, sort);
    let future = Write::Put { key, body, expect: Precondition::Any, expires_at_s: None };
    assert_eq!(rows.commit(vec![future]).await.unwrap(), Commit::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_another_version_hides_no_other_of_a_list_and_is_told() {
    let stack = Stack::start().await.with_portal().await;
    plant(&stack, "channels", "channel", "!").await;
    plant(&stack, "channels", "account", "!").await;
    for list in [["channel", "list"], ["portal", "list"], ["parked", "list"], ["questions", "list"]] {
        let ran = stack.run(&[list[0], list[1], "--lang", "en"], "").await;
        assert_eq!(ran.code, 0, "{list:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("another version of Musubi"), "{list:?}: {}", ran.stderr);
    }
    let portals = stack.run(&["--json", "portal", "list"], "").await.json();
    assert_eq!(portals["portals"].as_array().map(Vec::len), Some(1), "{portals}");
}
