"""Do the licences of everything that is built in allow it to be shipped? And does it all come from the registry, nothing from a git branch?

Reads `cargo metadata`, and the lock files of npm. Two circles: what ships (functions, command line, local run) must be permissive; what only the tests use
must be too, with a few more allowed. Known vulnerabilities are not checked here: the advisory database is a download, and this runs
without network. The workflow in .github does that part on each push and each Monday.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
}
FOR_TESTS_ONLY = {"MPL-2.0"}
NPM = ["infra/hubspot/src/app/settings/package-lock.json", "infra/hubspot/package-lock.json", "tests/browser/package-lock.json", "tests/bench/node/package-lock.json"]
TARGET = "x86_64-unknown-linux-gnu"


def allowed(expression, licences):
    """Whether an SPDX expression can be met with these licences alone. `A/B` is the old spelling of `A OR B`."""
    tokens = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))

    def either():
        met = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            met = both() or met
        return met

    def both():
        met = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            met = one() and met
        return met

    def one():
        token = tokens.pop(0)
        if token == "(":
            met = either()
            tokens.pop(0)
        else:
            met = token in licences
        if tokens and tokens[0] == "WITH":
            del tokens[:2]  # an exception only ever allows more
        return met

    met = either()
    assert not tokens, expression
    return met


def reached(metadata, roots, with_dev):
    """IDs of the packages that these roots pull in; dev-dependencies of the roots only when asked for."""
    nodes = {n["id"]: n for n in metadata["resolve"]["nodes"]}
    seen, todo = set(), list(roots)
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        for dependency in nodes[current]["deps"]:
            kinds = {k["kind"] for k in dependency["dep_kinds"]}
            if kinds != {"dev"} or (with_dev and current in roots):
                todo.append(dependency["pkg"])
    return seen


def npm(lock):
    """What is wrong in a lock file of npm's: the lock has each licence. What ships is no dev dependency there."""
    packages = json.loads(lock.read_text())["packages"]
    for path, package in packages.items():
        if not path:
            continue
        licences = PERMISSIVE | FOR_TESTS_ONLY if package.get("dev") else PERMISSIVE
        if not allowed(package.get("license") or "none", licences):
            yield f"{lock.relative_to(ROOT)}: {path}: licence {package.get('license')}"
        if "resolved" in package or "integrity" not in package:
            yield f"{lock.relative_to(ROOT)}: {path}: must be named by its hash, and by no host"


def main():
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", TARGET]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    packages = {p["id"]: p for p in metadata["packages"]}
    members = set(metadata["workspace_members"])
    ships = reached(metadata, {m for m in members if packages[m]["name"] != "tests"}, with_dev=False)
    everything = reached(metadata, members, with_dev=True)
    bad = []
    for package in (packages[i] for i in sorted(everything)):
        what = f"{package['name']} {package['version']}"
        licences = PERMISSIVE if package["id"] in ships else PERMISSIVE | FOR_TESTS_ONLY
        if not package["license"] or not allowed(package["license"], licences):
            bad.append(f"{what}: licence {package['license']}")
        if package["id"] not in members and not (package["source"] or "").startswith("registry+"):
            bad.append(f"{what}: from {package['source']}")
    bad += [of_npm for lock in NPM for of_npm in npm(ROOT / lock)]
    print("\n".join(bad))
    print(f"{len(ships)} packages ship, {len(everything) - len(ships)} more are for tests; {len(bad)} not allowed. Advisories: not checked offline.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
