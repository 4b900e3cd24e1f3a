#!/usr/bin/env python3
"""Breaks the code that the promises rest on, one place at a time, and asks whether a test notices (cargo-mutants; which code: .cargo/mutants.toml).

    tests/mutants.py                      all of it: some hours on two cores
    tests/mutants.py --file 'shared/src/line/*'
    tests/mutants.py --resume             goes on where a run was stopped: what was caught is not tried again

Each fault meets the cheapest tests first: the core's own, then the simulation over some seeds, then the ports and clients over the local
AWS and the fakes, then the stories. What none notices is listed. Fails below 95 % of the faults that compile, or where a fault survives
that tests/mutants.txt does not name.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "target" / "mutation"
FOUND = OUT / "mutants.out"
# Survivors that stand, each with why: a line "FAULT  # WHY", without its line and column.
STANDING = ROOT / "tests" / "mutants.txt"
ENOUGH = 0.95
# The packages whose tests are asked, and which of their tests.
STAGES = [
    (["musubi"], ["--lib"]),
    (["simulation"], ["--test", "simulation"]),
    (["local"], ["--test", "ports", "--test", "wake_ups", "--test", "hubspot_client", "--test", "line_client"]),
    (["tests"], ["--test", "it"]),
]
# Cheaper than `tests/run`: what a fault breaks, it breaks often.
CHEAPER = {"MUSUBI_SEEDS": "24", "PROPTEST_CASES": "12"}


def lines(path):
    """The lines of a file of cargo-mutants; none where it was not written."""
    return path.read_text().splitlines() if path.exists() else []


def name(fault):
    """A fault without line and column, which every edit moves: `path: what`."""
    path, _, what = fault.partition(": ")
    return f"{path.split(':')[0]}: {what}"


def stage(packages, tests, files, goes_on, jobs):
    """Runs one stage; what stages before it caught is left out."""
    env = os.environ | CHEAPER
    # Built once, and copied for every fault at work.
    built = ["cargo", "test", "--locked", "--no-run", "--profile", "mutants"]
    subprocess.run([*built, *(word for package in packages for word in ("-p", package)), *tests], cwd=ROOT, env=env, check=True)
    command = ["cargo", "mutants", "--package", "musubi", "--output", str(OUT), "--jobs", str(jobs), "--no-shuffle", "--copy-target", "true", "--colors", "never"]
    for package in packages:
        command += ["--test-package", package]
    for file in files:
        command += ["--file", file]
    command += ["--iterate"] if goes_on else []
    # 0: all caught; 2: some missed; 3: some took too long. Anything else is no result.
    status = subprocess.run([*command, "--", *tests], cwd=ROOT, env=env, check=False).returncode
    if status not in (0, 2, 3):
        sys.exit(f"cargo-mutants ended with {status}: see {FOUND}/log")
    # What does not compile is not tried again either.
    with (FOUND / "previously_caught.txt").open("a") as caught:
        caught.writelines(f"{fault}\n" for fault in lines(FOUND / "unviable.txt"))
    with (OUT / "unviable.txt").open("a") as unviable:
        unviable.writelines(f"{fault}\n" for fault in lines(FOUND / "unviable.txt"))


def main():
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--file", action="append", default=[], help="only faults in these files")
    wanted.add_argument("--resume", action="store_true", help="go on where a run was stopped")
    wanted.add_argument("--stages", type=int, default=len(STAGES), help="only so many stages")
    wanted.add_argument("--jobs", type=int, default=2, help="so many faults at once")
    asked = wanted.parse_args()
    if not asked.resume:
        shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True, exist_ok=True)
    for number, (packages, tests) in enumerate(STAGES[: asked.stages]):
        stage(packages, tests, asked.file, number > 0 or asked.resume, asked.jobs)

    unviable = set(lines(OUT / "unviable.txt"))
    survivors = lines(FOUND / "missed.txt")
    caught = {*lines(FOUND / "caught.txt"), *lines(FOUND / "timeout.txt"), *lines(FOUND / "previously_caught.txt")} - unviable
    viable = len(caught) + len(survivors)
    standing = {line.partition("  # ")[0] for line in lines(STANDING)}
    for fault in survivors:
        print(("stands: " if name(fault) in standing else "SURVIVES: ") + fault)
    share = len(caught) / viable if viable else 1.0
    print(f"{len(caught)} of {viable} faults noticed ({share:.1%}); {len(unviable)} did not compile")
    sys.exit(0 if share >= ENOUGH and all(name(fault) in standing for fault in survivors) else 1)


if __name__ == "__main__":
    main()
