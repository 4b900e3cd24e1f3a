"""Measures a release binary on a stub of the Lambda Runtime API and a fake AWS, both on this machine.

    bench.py [--binaries DIR] [--short]

Prints INIT (start to the first question for work), the first invocation, warm p50 and p99, events a second, peak memory, and AWS calls
a webhook. No TLS and no network are in these numbers, and the stubs share the processors: compare with each other only. A case whose
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


def measure(binary, events, rounds):
    """One fresh process, so many webhooks of so many events, one after the other. Gives a dictionary of numbers."""
    aws = FakeAws(cases.ANSWERS)
    function = Function(binary, cases.environment(aws.url))
    try:
        first = ok(function.invoke(cases.line_webhook(events)))
        aws.calls.clear()
        times = sorted(ok(function.invoke(cases.line_webhook(events, n))) for n in range(1, rounds + 1))
        return {
            "events a webhook": events,
            "init ms": function.init_s * 1000,
            "first ms": first * 1000,
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
    rounds = 300 if given.short else 3000
    rows = [measure(given.binaries / "line-webhook", events, rounds) for events in (1, 20)]
    print(f"line-webhook, {rounds} webhooks after the first, one at a time")
    for name in rows[0]:
        print(f"  {name:22}" + "".join(f"{row[name]:>12,.2f}" for row in rows))
    return 0 if all(row["AWS calls a webhook"] == 1 for row in rows) else "not one AWS call a webhook"


if __name__ == "__main__":
    sys.exit(main())
