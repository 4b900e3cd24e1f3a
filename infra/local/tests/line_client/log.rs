//! What our client writes into the log.

use std::io;
use std::sync::{Arc, Mutex, Once};

use tracing::subscriber::{DefaultGuard, set_default, set_global_default};

/// The log of one test's thread.
#[derive(Clone, Default)]
pub struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    /// Listens until the guard is dropped.
    pub fn listen() -> (Self, DefaultGuard) {
        // A place in the code that a test without a listener reaches first would else be silent for good.
        static SINK: Once = Once::new();
        SINK.call_once(|| {
            let sink = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(io::sink).finish();
            set_global_default(sink).expect("nobody else sets one");
        });
        let written = Self::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE);
        (written, set_default(subscriber.with_writer(move || writer.clone()).finish()))
    }

    /// The lines that are ours, not of the crates we use.
    pub fn ours(&self) -> Vec<String> {
        let log = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        log.lines().filter(|line| line.contains(r#""target":"musubi"#)).map(str::to_owned).collect()
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
