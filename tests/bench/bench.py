"""Measures a release binary on a stub of the Lambda Runtime API and a fake AWS, both on this machine.

    bench.py [--binaries DIR] [--short]

Prints INIT (start to the first question for work) and the first invocation, each the median of several starts, warm p50 and p99, events a
second, peak memory, and AWS calls a webhook. No TLS and no network are in these numbers, and the stubs share the processors: compare with each other only. A case whose
answers are not 200 fails, so that no refusal is ever measured.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

import cases
from fake_aws import FakeAws
from runtime_api import Function

ROOT = Path(__file__).resolve().parents[2]


def ok(result):
    succeeded, answer, seconds = result
    status = json.loads(answer).get("statusCode") if succeeded else None
    if status != 200:
        raise SystemExit(f"the function answered {answer[:300]!r}, so there is nothing to measure")
    return seconds


def start(binary, aws, events):
    """A fresh process after its first webhook. Gives the function, and INIT and first invocation in seconds."""
    function = Function(binary, cases.environment(aws.url))
    return function, function.init_s, ok(function.invoke(cases.line_webhook(events)))


def measure(binary, events, rounds, starts):
    """So many starts; then, in the last process, so many webhooks of so many events, one after the other. Gives a dictionary of numbers."""
    aws = FakeAws(cases.ANSWERS)
    inits, firsts = [], []
    for number in range(starts):
        function, init_s, first_s = start(binary, aws, events)
        inits.append(init_s)
        firsts.append(first_s)
        if number < starts - 1:
            function.stop()
    aws.calls.clear()
    try:
        times = sorted(ok(function.invoke(cases.line_webhook(events, n))) for n in range(1, rounds + 1))
        return {
            "events a webhook": events,
            "init ms": statistics.median(inits) * 1000,
            "first ms": statistics.median(firsts) * 1000,
            "warm p50 ms": statistics.median(times) * 1000,
            "warm p99 ms": times[int(len(times) * 0.99)] * 1000,
            "events/s": events * len(times) / sum(times),
            "peak MiB": function.peak_memory_mib(),
            "AWS calls a webhook": sum(aws.calls.values()) / rounds,
        }
    finally:
        function.stop()
        aws.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--binaries", type=Path, default=ROOT / "target" / "release")
    arguments.add_argument("--short", action="store_true", help="fewer rounds, for every day")
    given = arguments.parse_args()
    starts, rounds = (7, 300) if given.short else (25, 3000)
    rows = [measure(given.binaries / "line-webhook", events, rounds, starts) for events in (1, 20)]
    print(f"line-webhook, {starts} starts, then {rounds} webhooks one at a time")
    for name in rows[0]:
        print(f"  {name:22}" + "".join(f"{row[name]:>12,.2f}" for row in rows))
    return 0 if all(row["AWS calls a webhook"] == 1 for row in rows) else "not one AWS call a webhook"


if __name__ == "__main__":
    sys.exit(main())
