//! Asking a person: hidden where it is secret. From a pipe: one answer a line, in the same order.

use std::io::{BufRead, IsTerminal, Write};

use musubi::ports::secrets::Secret;

use crate::failure::Failure;
use crate::say::Say;

/// No answer is longer, in bytes.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

/// Where answers come from.
pub struct Ask {
    say: Say,
    is_terminal: bool,
}

impl Ask {
    /// Standard input.
    pub fn new(say: Say) -> Self {
        Self { say, is_terminal: std::io::stdin().is_terminal() }
    }

    /// Asks for something secret; it is not shown while it is typed. Only the line's end is taken off.
    /// An empty answer and the end of the input are the same: nothing.
    ///
    /// # Errors
    /// The terminal or pipe cannot be read.
    pub fn secret(&mut self, prompt: &str) -> Result<Option<Secret>, Failure> {
        let answer = if self.is_terminal {
            rpassword::prompt_password(format!("{prompt}: ")).map_err(|_| unreadable())?
        } else {
            self.line()?
        };
        Ok((!answer.trim().is_empty()).then(|| Secret::new(answer)))
    }

    /// The same for something that may be seen.
    ///
    /// # Errors
    /// As [`secret`](Self::secret).
    pub fn text(&mut self, prompt: &str) -> Result<Option<String>, Failure> {
        if self.is_terminal {
            eprint!("{prompt}: ");
            let _ = std::io::stderr().flush();
        }
        let answer = self.line()?;
        Ok((!answer.trim().is_empty()).then(|| answer.trim().to_owned()))
    }

    /// Yes or no; without a terminal, no.
    ///
    /// # Errors
    /// As [`secret`](Self::secret).
    pub fn yes(&mut self, question: &str) -> Result<bool, Failure> {
        if !self.is_terminal {
            self.say.note(question);
            return Ok(false);
        }
        let answer = self.text(&format!("{question} [y/N]"))?.unwrap_or_default();
        Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes" | "ｙ" | "はい"))
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(|_| unreadable())?;
        if line.len() > MAX_ANSWER_BYTES {
            return Err(Failure::usage("入力が長すぎます。", "The input is too long."));
        }
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}

fn unreadable() -> Failure {
    Failure::usage("標準入力を読み取れません。", "Standard input cannot be read.")
}
