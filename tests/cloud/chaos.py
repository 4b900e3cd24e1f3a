"""Functions that are killed while they work, as a host that fails kills them: without a word, in the middle of whatever they do.

Only programs named `bootstrap` in the process group of the test's own emulator are ever killed, each by its PID. Reads Linux's /proc.
"""

import contextlib
import os
import re
import signal
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

# A program counts as at work if it ran since the last look, so long ago.
LOOK_S = 0.02


@dataclass(frozen=True)
class Program:
    """A running function: its PID, the function's name, and for how long it has had the processor."""

    pid: int
    function: str
    ran_ns: int


def programs(group):
    """The functions that run in a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found += [it] if (it := _program(entry, group)) else []
            except OSError:
                pass  # it ended while it was looked at
    return found


def _program(entry, group):
    name, _, fields = (entry / "stat").read_text().rpartition(")")
    if not name.endswith("(bootstrap") or int(fields.split()[2]) != group:
        return None
    environment = dict(it.split(b"=", 1) for it in (entry / "environ").read_bytes().split(b"\0") if b"=" in it)
    ran_ns = int((entry / "schedstat").read_text().split()[0])
    return Program(int(entry.name), environment[b"AWS_LAMBDA_FUNCTION_NAME"].decode(), ran_ns)


class Killer(threading.Thread):
    """Kills one function every `every_s` seconds, of those at work one of the kind that was hit least, until so many calls were hit, and
    `each` of every kind. `with` begins and ends it."""

    def __init__(self, emulator, kinds, hits, each=1, every_s=0.5):
        super().__init__(daemon=True)
        self._emulator, self._kinds, self._hits, self._each, self._every_s = emulator, kinds, hits, each, every_s
        self._over, self._failed = threading.Event(), None

    def run(self):
        try:
            while not self.has_enough() and not self._over.wait(self._every_s):
                self._kill_one()
        except Exception as error:  # else the test would wait for kills that never come
            self._failed = error

    def _kill_one(self):
        hits = self.hits()
        before = {it.pid: it.ran_ns for it in programs(self._emulator.group)}
        while not self._over.wait(LOOK_S):
            now = programs(self._emulator.group)
            at_work = [it for it in now if it.function in self._kinds and it.ran_ns > before.get(it.pid, it.ran_ns)]
            if at_work:
                victim = min(at_work, key=lambda it: hits[it.function])
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim.pid, signal.SIGKILL)
                return
            before = {it.pid: it.ran_ns for it in now}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()

    def hits(self):
        """How many calls, by function, ended without an answer because of a kill. The emulator's word: a function that had just
        become idle does not count."""
        log = self._emulator.log.read_text(errors="replace")
        return Counter(re.findall(r"Lambda (\S+): Runtime exited before returning a response", log))

    def has_enough(self):
        """So many calls were hit, and so many of each kind."""
        if self._failed:
            raise self._failed
        hits = self.hits()
        return sum(hits.values()) >= self._hits and all(hits[kind] >= self._each for kind in self._kinds)
