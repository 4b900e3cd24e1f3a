//! Where to work, and in which language it is told.

use std::path::Path;
use std::process::Stdio;

use local::outputs;
use local::seed::CHANNEL_ID;
use local::world::{Options, World};
use serde_json::Value;
use tokio::process::Command;

use super::support::Ran;

/// `musubi` on a machine that knows nothing of any stack.
async fn run(home: &Path, variables: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_musubi"));
    command.env_clear().env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true").env("LANG", "en_US.UTF-8");
    let output = command.envs(variables.iter().copied()).args(args).stdin(Stdio::null()).output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn home() -> std::path::PathBuf {
    let dir = std::env::temp_dir().join(format!("musubi-place-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_that_a_world_on_this_machine_writes_is_all_that_the_command_needs() {
    let (home, world) = (home(), World::start(Options::default()).await.unwrap());
    let file = outputs::write(&world.environment, Some(&home)).unwrap();
    let file = file.to_str().unwrap();
    let listed = run(&home, &[], &["--json", "--outputs", file, "channel", "list"]).await;
    assert_eq!(listed.code, 0, "{} {}", listed.stdout, listed.stderr);
    assert!(listed.stdout.contains(CHANNEL_ID), "{}", listed.stdout);
    // Somebody's own profile for AWS changes nothing of it.
    let own = [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "AKIA0"), ("AWS_SECRET_ACCESS_KEY", "mine")];
    let checked = run(&home, &own, &["--json", "--outputs", file, "channel", "check", CHANNEL_ID]).await;
    assert!(checked.code <= 1 && checked.stdout.contains("webhook"), "{} {}", checked.stdout, checked.stderr);
    let written: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(!written.to_string().contains(local::seed::CHANNEL_SECRET));
    std::fs::remove_dir_all(home).unwrap();
}

#[tokio::test]
async fn without_outputs_the_error_begins_with_them_and_not_with_a_tables_name() {
    let home = home();
    for (language, begins) in [
        ("en", "error: No stack is named. Add --outputs FILE"),
        ("ja", "エラー: 操作するスタックが指定されていません。--outputs FILE"),
    ] {
        let ran = run(&home, &[("AWS_REGION", "eu-west-1")], &["--lang", language, "channel", "list"]).await;
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.starts_with(begins), "{}", ran.stderr);
        assert!(ran.stderr.contains("cargo run -p local"), "{}", ran.stderr);
    }
    let outputs = home.join("old.json");
    std::fs::write(&outputs, r#"{"PublicUrl":"https://a.example"}"#).unwrap();
    let ran = run(&home, &[], &["--outputs", outputs.to_str().unwrap(), "channel", "list"]).await;
    assert!(
        ran.code == 2 && ran.stderr.contains("MUSUBI_CHANNELS_TABLE"),
        "they were named, and lack one: {}",
        ran.stderr
    );
    std::fs::remove_dir_all(home).unwrap();
}

#[tokio::test]
async fn the_language_that_is_asked_for_holds_for_help_and_for_what_was_typed_wrongly() {
    let home = home();
    for args in [&["--lang", "ja", "channel", "set", "--help"][..], &["channel", "set", "--help", "--lang=ja"]] {
        let help = run(&home, &[], args).await;
        assert_eq!(help.code, 0, "{}", help.stderr);
        for words in ["使い方: musubi channel set", "設定を KEY=VALUE の形式で変更します", "idle_window=15m"]
        {
            assert!(help.stdout.contains(words), "{words}: {}", help.stdout);
        }
    }
    for args in
        [&["--lang", "ja", "chanel"][..], &["channel", "set", "--lang", "ja"], &["--lang=ja", "parked", "decide", "x"]]
    {
        let wrong = run(&home, &[], args).await;
        assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""));
        assert!(wrong.stderr.starts_with("エラー: "), "{}", wrong.stderr);
    }
    let machine = run(&home, &[("LANG", "ja_JP.UTF-8")], &["channel"]).await;
    assert!(machine.code == 2 && machine.stderr.contains("LINE公式アカウント"), "{}", machine.stderr);
    let english = run(&home, &[("LANG", "ja_JP.UTF-8")], &["--lang", "en", "chanel"]).await;
    assert!(english.code == 2 && english.stderr.starts_with("error: unrecognized"), "{}", english.stderr);
    std::fs::remove_dir_all(home).unwrap();
}
