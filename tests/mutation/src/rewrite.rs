//! The source with its switches. What a switch adds stands between `/*[n*/` and `/*]n*/`, for whoever looks for what does not
//! compile.

use std::fmt::Write;
use std::ops::Range;

const ON: &str = "crate::fault::on()";

/// One place of a source, in bytes.
pub enum Switch {
    /// An expression, and what stands there instead, by number.
    Instead { range: Range<usize>, variants: Vec<(usize, String)> },
    /// Before a function's first statement: returns early.
    Early { at: usize, number: usize, value: String },
    /// An arm that is never taken.
    Arm { at: usize, number: usize, guarded: bool },
    /// A text before something.
    Before { at: usize, text: String },
}

impl Switch {
    /// The faults behind it.
    pub fn numbers(&self) -> Vec<usize> {
        match self {
            Self::Instead { variants, .. } => variants.iter().map(|(number, _)| *number).collect(),
            Self::Early { number, .. } | Self::Arm { number, .. } => vec![*number],
            Self::Before { .. } => Vec::new(),
        }
    }

    fn range(&self) -> Range<usize> {
        match self {
            Self::Instead { range, .. } => range.clone(),
            Self::Early { at, .. } | Self::Arm { at, .. } | Self::Before { at, .. } => *at..*at,
        }
    }
}

/// Whatever stands inside something else is switched inside it.
pub fn rewrite(source: &str, mut switches: Vec<Switch>) -> String {
    // What is outside comes first; what only inserts comes before what begins there. The sort is stable: of two of one range, the
    // first is outside.
    switches.sort_by_key(|it| (it.range().start, !it.range().is_empty(), std::cmp::Reverse(it.range().end)));
    let mut written = String::new();
    part(source, 0..source.len(), &switches, &mut written);
    written
}

fn part(source: &str, range: Range<usize>, mut switches: &[Switch], to: &mut String) {
    let mut done = range.start;
    while let Some((switch, behind)) = switches.split_first() {
        let its = switch.range();
        to.push_str(&source[done..its.start]);
        done = its.end;
        let inside = behind.iter().take_while(|it| it.range().start < its.end).count();
        match switch {
            Switch::Instead { variants, .. } => {
                write!(to, "(match {ON} {{").expect("written");
                for (number, variant) in variants {
                    write!(to, " {number} => /*[{number}*/ {variant} /*]{number}*/,").expect("written");
                }
                to.push_str(" _ => ");
                part(source, its, &behind[..inside], to);
                to.push_str(" })");
            }
            Switch::Early { number, value, .. } => {
                write!(to, "/*[{number}*/ if {ON} == {number} {{ return {value}; }} /*]{number}*/ ").expect("written");
            }
            Switch::Arm { number, guarded: true, .. } => {
                write!(to, "/*[{number}*/ {ON} != {number} /*]{number}*/ && ").expect("written");
            }
            Switch::Arm { number, guarded: false, .. } => {
                write!(to, " /*[{number}*/ if {ON} != {number} /*]{number}*/").expect("written");
            }
            Switch::Before { text, .. } => to.push_str(text),
        }
        switches = &behind[inside..];
    }
    to.push_str(&source[done..range.end]);
}
