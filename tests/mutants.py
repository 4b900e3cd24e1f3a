#!/usr/bin/env python3
"""Breaks the code that the promises rest on, one place at a time, and asks whether a test notices.

    tests/mutants.py                              all of it
    tests/mutants.py --file shared/src/line/      only faults in files that begin so
    tests/mutants.py --resume                     what was noticed before is not tried again

cargo-mutants says which faults (which code: .cargo/mutants.toml). They are not built one by one, which takes days on two cores: tests/mutation
puts all of them into one build, each behind a number, and what does not compile is taken out. The few that stand in constants, where nothing
can be switched, are built one by one.

Each fault meets the cheapest tests first: the core's own and the simulation over some seeds, then the ports and clients over the local AWS and the
fakes, then the stories. A fault is noticed where a test fails, or takes much longer than without it. Fails below 95 % of the
faults that compile, or where a fault survives that tests/mutants.txt does not name.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "target" / "mutation"
# The copy that is built, and the one that it is made from.
TREE = OUT / "tree"
FRESH = OUT / "fresh"
# A line for each fault that was noticed: its name, a tab, by which test.
NOTICED = OUT / "noticed.txt"
# The names of those that do not compile.
UNVIABLE = OUT / "unviable.txt"
# Survivors that stand, each with why: a line "FAULT  # WHY", without its line and column.
STANDING = ROOT / "tests" / "mutants.txt"
ENOUGH = 0.95
# Tests that take long: asked after the others. Those of the core have to do with little of this code.
SLOW_CORE = ["whatever_is_said", "two_megabytes", "qr::", "id_token"]
SLOW_STORIES = [
    "longer_than_a_note_survives", "dead_lettered_survive", "erasing_anytime", "with_failures_and_crashes_it", "whose_edit_stands",
    "wake_ups", "names_somebody_else_is_asked", "writes_after_being_erased", "moving_a_person",
]
# Tests of the simulation that call one verb: the quickest.
DIRECT = ["sends::", "waiting::", "dead_letters::", "journal::", "watched_links::", "refusals::"]
# Which stories have to do with which code: all of them for each fault would take days.
STORIES = {
    "shared/src/aws/": ["inbound", "outbound", "schedule", "versions", "large", "flood"],
    "shared/src/batch.rs": ["inbound", "outbound", "schedule", "versions"],
    "shared/src/crm/": ["outbound", "words_kept", "strangers", "events"],
    "shared/src/line/": ["inbound", "outbound", "refused", "strangers"],
    "shared/src/domain/push": ["outbound", "refused", "outcomes_in_words"],
    "shared/src/domain/entry": ["inbound", "words_kept", "large"],
    "shared/src/flow/deliver.rs": ["outbound", "refused", "presets", "conflicts"],
    "shared/src/flow/settle": ["outbound", "refused", "outcomes_in_words", "inbound", "words_kept", "contacts", "unsend"],
    "shared/src/ports/": ["inbound", "outbound", "logins", "greeting", "imports", "conflicts", "erase", "unsend", "last_heard", "versions"],
}


def without(names):
    """Arguments that leave tests out."""
    return [word for name in names for word in ("--skip", name)]


def stories(file):
    """The stories that have to do with a file."""
    return [f"{name}::" for name in next((names for begins, names in STORIES.items() if file.startswith(begins)), [])]


# Test targets with what selects their tests, and how many go at once.
STAGES = [
    ([("musubi", without(SLOW_CORE))], 1),
    ([("simulation", DIRECT), ("simulation", ["random"]), ("simulation", without([*DIRECT, "random", *SLOW_STORIES]))], 1),
    ([("simulation", SLOW_STORIES), ("musubi", SLOW_CORE)], 1),
    ([("ports", []), ("wake_ups", []), ("line_client", []), ("hubspot_client", [])], 3),
    ([("it", stories)], 6),
]
# Cheaper than `tests/run`: what a fault breaks, it breaks often.
CHEAPER = {"MUSUBI_SEEDS": "8", "PROPTEST_CASES": "12"}
SWITCH = """//! Which fault is there.

use std::sync::OnceLock;

/// Its number; 0: none.
pub fn on() -> u32 {
    static ON: OnceLock<u32> = OnceLock::new();
    *ON.get_or_init(|| std::env::var("MUSUBI_FAULT").ok().and_then(|it| it.parse().ok()).unwrap_or(0))
}
"""


def run(*command, cwd=ROOT, **kwargs):
    """Runs a command; what it prints to its output."""
    return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, text=True, **kwargs)


def name(fault):
    """A fault without line and column, which every edit moves: `path: what`."""
    path, _, what = fault.partition(": ")
    return f"{path.split(':')[0]}: {what}"


def sources():
    """The project's files."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", check=True).stdout.splitlines()
    return [file for file in listed if (ROOT / file).is_file()]


def rewrite(faults):
    """Writes the sources with a switch for each fault that is there; the numbers of those that have no switch. What stays as it was is not
    touched, so that it is not built again."""
    shutil.rmtree(FRESH, ignore_errors=True)
    for file in sources():
        (FRESH / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, FRESH / file)
    (FRESH / "shared/src/fault.rs").write_text(SWITCH)
    with (FRESH / "shared/src/lib.rs").open("a") as root:
        root.write("pub mod fault;\n")
    # A fault that is taken out keeps its number: nothing stands at line 0.
    nowhere = {"line": 0, "column": 1}
    kept = [fault if fault["there"] else fault | {"span": {"start": nowhere, "end": nowhere}} for fault in faults]
    (OUT / "list.json").write_text(json.dumps(kept))
    manifest = ROOT / "tests/mutation/Cargo.toml"
    tool = ["cargo", "run", "--quiet", "--release", "--locked", "--manifest-path", str(manifest), "--"]
    env = os.environ | {"CARGO_TARGET_DIR": str(OUT / "tool")}
    left = run(*tool, str(OUT / "list.json"), str(FRESH), check=True, env=env).stdout.split()

    fresh = {file.relative_to(FRESH): file.read_bytes() for file in FRESH.rglob("*") if file.is_file()}
    for file in [file for file in TREE.rglob("*") if file.is_file() and file.relative_to(TREE) not in fresh]:
        file.unlink()
    for file, text in fresh.items():
        if not (TREE / file).exists() or (TREE / file).read_bytes() != text:
            (TREE / file).parent.mkdir(parents=True, exist_ok=True)
            (TREE / file).write_bytes(text)
    return {int(number) for number in left}


def cargo(*arguments):
    """Cargo over the copy: its messages."""
    env = os.environ | {"CARGO_TARGET_DIR": str(OUT / "target")}
    done = run("cargo", *arguments, "--locked", "--message-format", "json", cwd=TREE, env=env)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def broken(messages):
    """The numbers of the faults in which a compiler's errors stand."""
    found = set()
    for message in messages:
        said = message.get("message") or {}
        if message["reason"] != "compiler-message" or said["level"] != "error":
            continue
        for span in said["spans"]:
            text = (TREE / span["file_name"]).read_bytes()
            for number, begins in ((int(it[1]), it.end()) for it in re.finditer(rb"/\*\[(\d+)\*/", text)):
                if begins <= span["byte_start"] and span["byte_end"] <= text.index(b"/*]%d*/" % number):
                    found.add(number)
    return found


def build(faults):
    """Puts every fault that compiles into one build. The test binaries, and the numbers of what cannot be switched."""
    while True:
        left = rewrite(faults)
        status, messages = cargo("check", "-p", "musubi", "--lib")
        if status == 0:
            break
        bad = broken(messages)
        if not bad:
            for message in messages:
                if message["reason"] == "compiler-message" and message["message"]["level"] == "error":
                    print(message["message"]["rendered"])
            sys.exit("no fault was to blame")
        print(f"{len(bad)} faults do not compile", flush=True)
        for number in bad:
            faults[number - 1]["there"] = False
        with UNVIABLE.open("a") as unviable:
            unviable.writelines(f"{faults[number - 1]['name']}\n" for number in sorted(bad))
    status, messages = cargo("test", "--workspace", "--no-run")
    if status != 0:
        sys.exit("the tests do not compile over the switches")
    return executables(messages), left


def executables(messages):
    """Test targets, each with its program and the folder of its package."""
    wanted = {target for targets, _ in STAGES for target, _ in targets}
    built = [it for it in messages if it["reason"] == "compiler-artifact" and it["executable"] and it["profile"]["test"]]
    return {
        it["target"]["name"]: (it["executable"], Path(it["manifest_path"]).parent)
        for it in built
        if it["target"]["name"] in wanted and "bin" not in it["target"]["kind"]
    }


class Tests:
    """One test binary."""

    def __init__(self, target, binary, selected, at_once):
        self.target = target
        self.path, self.folder = binary
        self.selected = selected
        self.at_once = at_once
        # Less once it ran without a fault.
        self.patience_s = 900

    def chosen(self, file):
        """What selects the tests that have to do with this file."""
        return self.selected(file) if callable(self.selected) else self.selected

    def fails(self, number, file):
        """The first test that fails with a fault in this file; None where none does."""
        selected = self.chosen(file)
        if callable(self.selected) and not selected:
            return None
        env = os.environ | CHEAPER | {
            "MUSUBI_FAULT": str(number), "RUST_TEST_THREADS": str(self.at_once), "RUST_BACKTRACE": "0", "CARGO_MANIFEST_DIR": str(self.folder),
        }
        begun = time.monotonic()
        process = subprocess.Popen([self.path, *selected], cwd=self.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        late = threading.Timer(self.patience_s, process.kill)
        late.start()
        failed = None
        for line in process.stdout:
            if line.startswith("test ") and line.rstrip().endswith("FAILED"):
                failed = line.split()[1]
                process.kill()
                break
        process.stdout.close()
        status = process.wait()
        late.cancel()
        if number == 0:
            self.patience_s = 20 + 5 * (time.monotonic() - begun)
        return failed or (f"ends with {status}" if status else None)


def asked_of(file, tests):
    """The tests that can notice a fault of this file: the simulation knows no AWS and no vendor, ports and clients no verb."""
    verbs = file.startswith(("shared/src/flow/", "shared/src/domain/"))
    left_out = ["ports", "wake_ups", "line_client", "hubspot_client"] if verbs else []
    if not verbs and not file.startswith("shared/src/ports/"):
        left_out = ["simulation"]
    return [it for it in tests if it.target not in left_out]


def one_by_one(faults, notice):
    """What stands in constants, each in a build of its own: the names of those that neither the core's tests nor the simulation's notice."""
    unnoticed = set()
    for fault in faults:
        copy, (line, column) = TREE / fault["file"], (fault["span"]["start"][place] - 1 for place in ("line", "column"))
        before = copy.read_text()
        rows = (ROOT / fault["file"]).read_text().splitlines(keepends=True)
        rows[line] = rows[line][:column] + fault["replacement"] + rows[line][fault["span"]["end"]["column"] - 1 :]
        copy.write_text("".join(rows))
        status, messages = cargo("test", "-p", "musubi", "-p", "simulation", "--lib", "--test", "simulation", "--no-run")
        fault["there"] = status == 0
        if fault["there"]:
            binaries = executables(messages)
            tests = [Tests(target, binaries[target], selected, 1) for target, selected in (("musubi", []), ("simulation", DIRECT))]
            by = next((by for by in (it.fails(0, "") for it in tests) if by is not None), None)
            print(f"{fault['name']}: {by or 'not noticed'}", flush=True)
            if by:
                notice(fault, by)
            else:
                unnoticed.add(fault["name"])
        copy.write_text(before)
    return unnoticed


def main():
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--file", action="append", default=[], help="only faults in files that begin so")
    wanted.add_argument("--resume", action="store_true", help="what was noticed before is not tried again")
    wanted.add_argument("--stage", action="append", type=int, choices=range(1, len(STAGES) + 1), help="only these stages")
    asked = wanted.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    if not asked.resume:
        NOTICED.unlink(missing_ok=True)
        UNVIABLE.unlink(missing_ok=True)
    before = dict(line.split("\t") for line in NOTICED.read_text().splitlines()) if NOTICED.exists() else {}

    listed = json.loads(run("cargo", "mutants", "--list", "--json", "--package", "musubi", check=True).stdout)
    faults = [fault | {"there": not asked.file or fault["file"].startswith(tuple(asked.file))} for fault in listed]
    of_interest = [number for number, fault in enumerate(faults, 1) if fault["there"]]
    unviable = UNVIABLE.read_text().splitlines() if UNVIABLE.exists() else []
    for fault in faults:
        fault["there"] &= fault["name"] not in unviable
    binaries, left = build(faults)
    constant = [faults[number - 1] for number in sorted(left) if faults[number - 1]["there"] and faults[number - 1]["name"] not in before]
    unnoticed = [number for number in of_interest if faults[number - 1]["there"] and number not in left]
    unnoticed = [number for number in unnoticed if faults[number - 1]["name"] not in before]
    viable = sum(faults[number - 1]["there"] for number in of_interest)
    print(f"{len(of_interest)} faults, {viable} compile, {len(unnoticed)} to try", flush=True)

    with NOTICED.open("a") as noticed:
        def notice(fault, by):
            noticed.write(f"{fault['name']}\t{by}\n")
            noticed.flush()

        for targets, at_once in [STAGES[number - 1] for number in asked.stage] if asked.stage else STAGES:
            tests = [Tests(target, binaries[target], selected, at_once) for target, selected in targets]
            # What fails without a fault notices nothing. The stories are asked for each choice of them that is made.
            files = [faults[number - 1]["file"] for number in unnoticed]
            for it in tests:
                for file in {str(it.chosen(file)): file for file in files}.values():
                    if (failed := it.fails(0, file)) is not None:
                        sys.exit(f"{it.path}: {failed} without a fault")

            def tried(number, tests=tests):
                file = faults[number - 1]["file"]
                by = next((by for by in (it.fails(number, file) for it in asked_of(file, tests)) if by is not None), None)
                if by is not None:
                    notice(faults[number - 1], by)
                return by is not None

            with ThreadPoolExecutor(os.cpu_count()) as workers:
                unnoticed = [number for number, seen in zip(unnoticed, workers.map(tried, unnoticed)) if not seen]
            print(f"{', '.join(dict(targets))}: {len(unnoticed)} left", flush=True)
        survivors = sorted(faults[number - 1]["name"] for number in unnoticed) + sorted(one_by_one(constant, notice))

    viable = sum(faults[number - 1]["there"] for number in of_interest)
    standing = {line.partition("  # ")[0] for line in STANDING.read_text().splitlines()} if STANDING.exists() else set()
    for fault in survivors:
        print(("stands: " if name(fault) in standing else "SURVIVES: ") + fault)
    share = 1 - len(survivors) / viable if viable else 1.0
    print(f"{viable - len(survivors)} of {viable} faults noticed ({share:.1%}); {len(of_interest) - viable} did not compile")
    sys.exit(0 if share >= ENOUGH and all(name(fault) in standing for fault in survivors) else 1)


if __name__ == "__main__":
    main()
