"""Measures release binaries on a stub of the Lambda Runtime API and a fake AWS, both on this machine.

    bench.py [--binaries DIR] [--beside DIR] [--short]
    bench.py --instructions [--keep] [--binaries DIR]

Prints INIT (start to the first question for work) and the first invocation, each the median of several starts, warm p50 and p99, the time on a
processor of both and of a warm event, peak memory, and AWS calls an invocation: of line-webhook with one and with 20 events and with a forged
one, of a workflow's action, and of a page of the console that an admin opens. No TLS and no network are in these numbers, and the stubs share
the processors: compare with each other only. A case that answers otherwise than it should, or queues nothing where it should, fails, so that no
refusal is measured by mistake.

`floor` is the least that a webhook can cost: tests/bench/floor verifies it and tells SQS, and nothing else. `Node` does the same with LINE's
bot SDK and AWS's SDK for Node (tests/bench/node; left out where it is not installed). What the webhook takes is printed as a multiple of both.

With --instructions, valgrind counts what the processor does for one warm event (webhook, webhook of 20, action), which is the same from
run to run, and it fails where that is more than 2 % above what instructions.json has. --keep writes that file anew: for a change that is worth it.

With --beside, the release binaries of another version are measured in the same run, in turns with these, and what is printed is how many
times as much these take.
"""

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import cases
from fake_aws import FakeAws
from runtime_api import Function

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / "tests" / "bench" / "node" / "index.mjs"


@dataclass
class Case:
    """A function, what it is told, and an event for each number. `events`: how many things each of those holds. `under`: what runs it.
    `status`: what it must answer."""

    name: str
    function: str
    environment: Callable
    event: Callable
    events: int = 1
    under: tuple = ()
    status: int = 200


CASES = [
    Case("floor", "floor", cases.floor_environment, lambda n: cases.line_webhook(1, n)),
    Case("floor of 20", "floor", cases.floor_environment, lambda n: cases.line_webhook(20, n), events=20),
    Case("Node", str(PEER), cases.floor_environment, lambda n: cases.line_webhook(1, n), under=("node",)),
    Case("Node of 20", str(PEER), cases.floor_environment, lambda n: cases.line_webhook(20, n), events=20, under=("node",)),
    Case("webhook", "line-webhook", cases.environment, lambda n: cases.line_webhook(1, n)),
    Case("webhook of 20", "line-webhook", cases.environment, lambda n: cases.line_webhook(20, n), events=20),
    Case("forged", "line-webhook", cases.environment, cases.forged_webhook, status=401),
    Case("action", "crm-action", cases.action_environment, cases.crm_action),
    Case("console page", "console", cases.console_environment, lambda _: cases.console_page("/console/account")),
]


def ok(result, expected=200):
    succeeded, answer, seconds = result
    status = json.loads(answer).get("statusCode") if succeeded else None
    if status != expected:
        raise SystemExit(f"the function answered {answer[:300]!r}, so there is nothing to measure")
    return seconds


QUEUES = {"floor", str(PEER), "line-webhook", "crm-action"}
COUNTED, KEPT, ALLOWED = ["webhook", "webhook of 20", "action"], Path(__file__).with_name("instructions.json"), 1.02


def measure(case, binaries, rounds, starts):
    """So many starts; then, in the last process, so many events, one after the other. Gives a dictionary of numbers."""
    aws = FakeAws(cases.ANSWERS)
    inits, firsts, cpu = [], [], []
    for number in range(starts):
        function = Function(binaries / case.function, case.environment(aws.url), under=case.under)
        inits.append(function.init_s)
        firsts.append(ok(function.invoke(case.event(0)), case.status))
        cpu.append(function.cpu_s())
        if number < starts - 1:
            function.stop()
    aws.calls.clear()
    try:
        times = sorted(ok(function.invoke(case.event(n)), case.status) for n in range(1, rounds + 1))
        warm_cpu_s = (function.cpu_s() - cpu[-1]) / rounds
        if case.status == 200 and case.function in QUEUES and aws.calls["AmazonSQS.SendMessage"] != rounds:
            raise SystemExit(f"{case.name}: not one message queued for each event")
        return {
            "init ms": statistics.median(inits) * 1000,
            "first ms": statistics.median(firsts) * 1000,
            "warm p50 ms": statistics.median(times) * 1000,
            "warm p99 ms": times[int(len(times) * 0.99)] * 1000,
            "cold CPU ms": statistics.median(cpu) * 1000,
            "warm CPU ms": warm_cpu_s * 1000,
            "events/s": case.events * len(times) / sum(times),
            "peak MiB": function.peak_memory_mib(),
            "binary MB": size(binaries / case.function) / 1e6,
            "AWS calls": sum(aws.calls.values()) / rounds,
        }
    finally:
        function.stop()
        aws.close()


def size(program):
    """In bytes; of the peer, with the packages it needs and without Node itself."""
    files = program.parent.rglob("*") if program == PEER else [program]
    return sum(file.stat().st_size for file in files if file.is_file())


def instructions(case, binaries):
    """How many instructions one warm event takes: what a hundred more of them add."""
    counts = []
    for events in (20, 120):
        aws = FakeAws(cases.ANSWERS)
        with tempfile.NamedTemporaryFile("r") as log:
            valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log.name}"]
            function = Function(binaries / case.function, case.environment(aws.url), under=valgrind)
            for n in range(events):
                ok(function.invoke(case.event(n)))
            function.end()
            counts.append(int(next(line.split()[-1] for line in log if "Collected :" in line)))
        aws.close()
    return round((counts[1] - counts[0]) / 100)


def count(binaries, keep):
    """Counts, and says what has become more."""
    counted = {case.name: instructions(case, binaries) for case in CASES if case.name in COUNTED}
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    for name, number in counted.items():
        before = kept.get(name)
        print(f"  {name:14}{number:>12,} instructions an event" + (f", {number / before:.3f} times as many as kept" if before else ""))
    if keep:
        KEPT.write_text(json.dumps(counted, indent=2) + "\n")
        return 0
    more = [name for name, number in counted.items() if number > kept.get(name, 0) * ALLOWED]
    return f"more than 2 % above tests/bench/instructions.json: {', '.join(more)}" if more else 0


def show(rows):
    """A column for each case."""
    print(f"  {'':14}" + "".join(f"{name:>15}" for name in rows))
    for name in next(iter(rows.values())):
        print(f"  {name:14}" + "".join(f"{row[name]:>15,.2f}" for row in rows.values()))


def times(one, other):
    """How many times as much; nothing and nothing are as much as each other."""
    return one / other if other else float("inf") if one else 1.0


def compare(these, others, rounds, starts, turns=5):
    """What these take, divided by what the others take: the median of several turns. Binaries that the others have not are left out."""
    rows = {}
    for case in (case for case in CASES if not case.under and (others / case.function).exists()):
        pairs = []
        for turn in range(turns):
            measured = {binaries: measure(case, binaries, rounds, starts) for binaries in ((these, others) if turn % 2 else (others, these))}
            pairs.append((measured[these], measured[others]))
        rows[case.name] = {name: statistics.median(times(one[name], other[name]) for one, other in pairs) for name in pairs[0][0]}
    print(f"{turns} turns of {starts} starts, then {rounds} events one at a time: these divided by those in {others}")
    show(rows)
    return 0


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--binaries", type=Path, default=ROOT / "target" / "release")
    arguments.add_argument("--beside", type=Path, help="release binaries of another version, to compare with")
    arguments.add_argument("--short", action="store_true", help="fewer rounds, for every day")
    arguments.add_argument("--instructions", action="store_true", help="count instructions, by valgrind")
    arguments.add_argument("--keep", action="store_true", help="write instructions.json anew")
    given = arguments.parse_args()
    if given.instructions:
        return count(given.binaries, given.keep)
    starts, rounds = (7, 300) if given.short else (25, 3000)
    if given.beside:
        return compare(given.binaries, given.beside, rounds, starts)
    there = [case for case in CASES if case.function != str(PEER) or (PEER.parent / "node_modules").exists()]
    rows = {case.name: measure(case, given.binaries, rounds, starts) for case in there}
    print(f"{starts} starts, then {rounds} events one at a time")
    show(rows)
    for name, other in ((name, other) for name in ("webhook", "webhook of 20") for other in ("floor", "Node")):
        if row := rows.get(name.replace("webhook", other)):
            print(f"  {name} / {other}: " + ", ".join(f"{what} {rows[name][what] / row[what]:.2f}" for what in row if row[what]))
    webhooks = (row for name, row in rows.items() if name.startswith("webhook"))
    if any(row["AWS calls"] != 1 for row in webhooks):
        return "not one AWS call a webhook"
    return "an AWS call for a forged webhook" if rows["forged"]["AWS calls"] else 0


if __name__ == "__main__":
    sys.exit(main())
