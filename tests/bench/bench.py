"""Measures release binaries on a stub of the Lambda Runtime API and a fake AWS, both on this machine.

    bench.py [--binaries DIR] [--beside DIR] [--short]

Prints INIT (start to the first question for work) and the first invocation, each the median of several starts, warm p50 and p99, peak
memory, and AWS calls an invocation: of line-webhook with one and with 20 events, of a workflow's action, and of a page of the console that an admin opens. No TLS
and no network are in these numbers, and the stubs share the processors: compare with each other only. A case whose answers are not 200,
or that queues nothing where it should, fails, so that no refusal is ever measured.

With --beside, the release binaries of another version are measured in the same run, in turns with these, and what is printed is how many
times as much these take.
"""

import argparse
import json
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import cases
from fake_aws import FakeAws
from runtime_api import Function

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Case:
    """A function, what it is told, and an event for each number. `events`: how many things each of those holds."""

    name: str
    function: str
    environment: Callable
    event: Callable
    events: int = 1


CASES = [
    Case("webhook", "line-webhook", cases.environment, lambda n: cases.line_webhook(1, n)),
    Case("webhook of 20", "line-webhook", cases.environment, lambda n: cases.line_webhook(20, n), events=20),
    Case("action", "crm-action", cases.action_environment, cases.crm_action),
    Case("console page", "console", cases.console_environment, lambda _: cases.console_page("/console/account")),
]


def ok(result):
    succeeded, answer, seconds = result
    status = json.loads(answer).get("statusCode") if succeeded else None
    if status != 200:
        raise SystemExit(f"the function answered {answer[:300]!r}, so there is nothing to measure")
    return seconds


QUEUES = {"line-webhook", "crm-action"}


def measure(case, binaries, rounds, starts):
    """So many starts; then, in the last process, so many events, one after the other. Gives a dictionary of numbers."""
    aws = FakeAws(cases.ANSWERS)
    inits, firsts = [], []
    for number in range(starts):
        function = Function(binaries / case.function, case.environment(aws.url))
        inits.append(function.init_s)
        firsts.append(ok(function.invoke(case.event(0))))
        if number < starts - 1:
            function.stop()
    aws.calls.clear()
    try:
        times = sorted(ok(function.invoke(case.event(n))) for n in range(1, rounds + 1))
        if case.function in QUEUES and aws.calls["AmazonSQS.SendMessage"] != rounds:
            raise SystemExit(f"{case.name}: not one message queued for each event")
        return {
            "init ms": statistics.median(inits) * 1000,
            "first ms": statistics.median(firsts) * 1000,
            "warm p50 ms": statistics.median(times) * 1000,
            "warm p99 ms": times[int(len(times) * 0.99)] * 1000,
            "events/s": case.events * len(times) / sum(times),
            "peak MiB": function.peak_memory_mib(),
            "binary MB": (binaries / case.function).stat().st_size / 1e6,
            "AWS calls": sum(aws.calls.values()) / rounds,
        }
    finally:
        function.stop()
        aws.close()


def show(rows):
    """A column for each case."""
    print(f"  {'':14}" + "".join(f"{name:>15}" for name in rows))
    for name in next(iter(rows.values())):
        print(f"  {name:14}" + "".join(f"{row[name]:>15,.2f}" for row in rows.values()))


def compare(these, others, rounds, starts, turns=5):
    """What these take, divided by what the others take: the median of several turns. Binaries that the others have not are left out."""
    rows = {}
    for case in (case for case in CASES if (others / case.function).exists()):
        pairs = []
        for turn in range(turns):
            measured = {binaries: measure(case, binaries, rounds, starts) for binaries in ((these, others) if turn % 2 else (others, these))}
            pairs.append((measured[these], measured[others]))
        rows[case.name] = {name: statistics.median(one[name] / other[name] for one, other in pairs) for name in pairs[0][0]}
    print(f"{turns} turns of {starts} starts, then {rounds} events one at a time: these divided by those in {others}")
    show(rows)
    return 0


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--binaries", type=Path, default=ROOT / "target" / "release")
    arguments.add_argument("--beside", type=Path, help="release binaries of another version, to compare with")
    arguments.add_argument("--short", action="store_true", help="fewer rounds, for every day")
    given = arguments.parse_args()
    starts, rounds = (7, 300) if given.short else (25, 3000)
    if given.beside:
        return compare(given.binaries, given.beside, rounds, starts)
    rows = {case.name: measure(case, given.binaries, rounds, starts) for case in CASES}
    print(f"{starts} starts, then {rounds} events one at a time")
    show(rows)
    webhooks = (row for name, row in rows.items() if name.startswith("webhook"))
    return 0 if all(row["AWS calls"] == 1 for row in webhooks) else "not one AWS call a webhook"


if __name__ == "__main__":
    sys.exit(main())
