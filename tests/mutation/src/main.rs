//! Puts many faults into one build, each behind a number, so that hundreds are tried without building hundreds of times
//! (known as mutant schemata: Untch, Offutt and Harrold, ISSTA 1993).
//!
//! `mutation LIST TREE`: LIST is what `cargo mutants --list --json` prints, TREE a copy of the project, whose sources are
//! rewritten. Fault n of the list, counted from 1, is there where MUSUBI_FAULT is n. Prints the numbers of those that stand where
//! nothing can be switched (in constants).

mod faults;
mod rewrite;
mod switch;

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use faults::Fault;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [list, tree] = env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "usage: mutation LIST TREE")?;
    let faults: Vec<Fault> = serde_json::from_str(&fs::read_to_string(list)?)?;
    let mut of_file: BTreeMap<&str, Vec<(usize, &Fault)>> = BTreeMap::new();
    for (number, fault) in (1..).zip(&faults) {
        of_file.entry(&fault.file).or_default().push((number, fault));
    }
    for (file, faults) in of_file {
        let path = Path::new(&tree).join(file);
        let source = fs::read_to_string(&path)?;
        let parsed = syn::parse_file(&source)?;
        let (switches, left) = switch::find(&source, &parsed, &faults);
        fs::write(&path, rewrite::rewrite(&source, switches))?;
        left.into_iter().for_each(|number| println!("{number}"));
    }
    Ok(())
}
