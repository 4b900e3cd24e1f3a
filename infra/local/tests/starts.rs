//! The program as it is started by hand: what it prints is what somebody types next.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Ends with the test, however that ends.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_writes_the_outputs_and_prints_the_line_that_uses_them() {
    let data = std::env::temp_dir().join(format!("musubi-starts-{}", std::process::id()));
    let mut program = Command::new(env!("CARGO_BIN_EXE_local"));
    program.args(["--port", "0", "--data"]).arg(&data).stdout(Stdio::piped());
    let mut started = Started(program.spawn().expect("it starts"));
    let lines = BufReader::new(started.0.stdout.take().expect("its output")).lines();
    let printed: Vec<String> =
        lines.map(|line| line.expect("text")).take_while(|line| !line.starts_with("Ctrl+C")).collect();
    let outputs = data.join("outputs.json");
    for program in ["musubi", "cargo run -q -p musubi-cli --"] {
        let wanted = format!("{program} --outputs {} channel list", outputs.display());
        assert!(printed.iter().any(|line| line.contains(&wanted)), "{wanted}: {printed:?}");
    }
    let url = printed[0].strip_prefix("Musubi").expect("where it is").trim();
    assert_eq!(public_url(&outputs), url);
    drop(started);
    std::fs::remove_dir_all(&data).expect("it is ours");
}

fn public_url(outputs: &Path) -> String {
    let outputs: serde_json::Value = serde_json::from_slice(&std::fs::read(outputs).expect("a file")).expect("JSON");
    outputs["PublicUrl"].as_str().expect("an address").to_owned()
}
