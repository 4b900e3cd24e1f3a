"""Do these binaries run on Amazon Linux 2023? Its C library is glibc 2.34; a newer symbol stops a function before its first line.

Command line: `glibc.py FILE...` prints the newest version each file needs and fails when one is newer.
"""

import os
import re
import subprocess
import sys

NEWEST = (2, 34)  # glibc of Amazon Linux 2023, hence of provided.al2023


def needed(path):
    """The newest glibc version that the file asks for, as (major, minor); (0, 0) for a static binary."""
    text = subprocess.run(["readelf", "--version-info", "--wide", str(path)], check=True, capture_output=True, text=True).stdout
    versions = [tuple(int(n) for n in v.split(".")[:2]) for v in re.findall(r"GLIBC_(\d+\.\d+(?:\.\d+)?)", text)]
    return max(versions, default=(0, 0))


def too_new(path):
    """True when Amazon Linux 2023 cannot start this file."""
    return needed(path) > NEWEST


def main(paths):
    if not paths:
        print("no binaries given", file=sys.stderr)
        return 2
    missing = [path for path in paths if not os.path.exists(path)]
    if missing:
        print("not built: " + " ".join(missing), file=sys.stderr)
        return 2
    bad = 0
    for path in paths:
        version = needed(path)
        bad += version > NEWEST
        print(f"{'TOO NEW' if version > NEWEST else 'ok':8}GLIBC_{version[0]}.{version[1]:<4}{path}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
