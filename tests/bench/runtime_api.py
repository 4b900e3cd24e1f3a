"""The Lambda Runtime API on loopback, and one function behind it.

Enough of it to run a release binary without Lambda: it asks for the next event, answers or reports an error. Command line, for the
files that `sam local invoke` takes as well:

    runtime_api.py BINARY events/line-webhook/text.json --env events/env.json --function LineWebhookFunction

Source: "Using the Lambda runtime API for custom runtimes" in AWS's Lambda guide (version 2018-06-01).
"""

import argparse
import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

from wire import Server

PREFIX = "/2018-06-01/runtime"


class Function:
    """A running binary. `init_s` is the time from its start to its first question for work. `under`: the command that runs it."""

    def __init__(self, binary, env, memory_mb=256, timeout_s=30, under=()):
        self.timeout_s = timeout_s
        self._events, self._answers = queue.Queue(), queue.Queue()
        self._asked, self.init_s, self.init_error = threading.Event(), None, None
        self._number = 0
        self._server = Server(self._answer)
        lambda_env = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.port}",
            "AWS_LAMBDA_FUNCTION_NAME": Path(binary).name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/local",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_REGION": "ap-northeast-1",
            "AWS_ACCESS_KEY_ID": "none",  # signatures are made, nobody checks them here
            "AWS_SECRET_ACCESS_KEY": "none",
            "PATH": os.environ["PATH"],
        }
        self._log = open(os.environ.get("MUSUBI_BENCH_LOG", os.devnull), "ab")
        self._started = time.perf_counter()
        self.process = subprocess.Popen([*under, str(binary)], env=lambda_env | env, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        deadline = time.monotonic() + timeout_s
        while not self._asked.wait(0.01):
            if self.process.poll() is not None or self.init_error or time.monotonic() > deadline:
                error = self.init_error or f"exit status {self.process.poll()}"
                self.stop()
                raise RuntimeError(f"{Path(binary).name} never asked for work: {error}")

    def _answer(self, method, path, headers, body):
        if path == f"{PREFIX}/invocation/next":
            if self.init_s is None:
                self.init_s = time.perf_counter() - self._started
                self._asked.set()
            request_id, payload = self._events.get()
            head = {
                "lambda-runtime-aws-request-id": request_id,
                "lambda-runtime-deadline-ms": str(int((time.time() + self.timeout_s) * 1000)),
                "lambda-runtime-invoked-function-arn": "arn:aws:lambda:ap-northeast-1:000000000000:function:local",
                "content-type": "application/json",
            }
            self._handed_out = time.perf_counter()
            return 200, head, payload
        if path == f"{PREFIX}/init/error":
            self.init_error = body.decode("utf-8", "replace")
            return 202, {}, b"{}"
        if path.startswith(f"{PREFIX}/invocation/"):
            took = time.perf_counter() - self._handed_out
            self._answers.put((path.rsplit("/", 1)[1] == "response", body, took))
            return 202, {}, b"{}"
        return 404, {}, b""

    def invoke(self, payload):
        """Runs one event (bytes). Gives (succeeded, answer, seconds from handing it out to its answer)."""
        self._number += 1
        self._events.put((f"00000000-0000-4000-8000-{self._number:012x}", payload))
        return self._answers.get(timeout=self.timeout_s)

    def peak_memory_mib(self):
        """The most memory that was ever resident (VmHWM)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024

    def cpu_s(self):
        """How long its threads have been on a processor so far."""
        on_cpu_ns = (int(task.read_text().split()[0]) for task in Path(f"/proc/{self.process.pid}/task").glob("*/schedstat"))
        return sum(on_cpu_ns) / 1e9

    def end(self):
        """Asks it to end, waits until it has, and stops."""
        self.process.terminate()
        self.process.wait(self.timeout_s)
        self.stop()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self._server.close()
        self._log.close()


def main():
    arguments = argparse.ArgumentParser(description="Runs one event through a function's binary and prints its answer.")
    arguments.add_argument("binary")
    arguments.add_argument("event", type=Path)
    arguments.add_argument("--env", type=Path, help="file of `sam local invoke --env-vars`")
    arguments.add_argument("--function", help="logical ID in that file")
    given = arguments.parse_args()
    env = {}
    if given.env:
        told = json.loads(given.env.read_text(encoding="utf-8"))
        env = told.get("Parameters", {}) | told.get(given.function or "", {})
    function = Function(given.binary, {k: str(v).replace("host.docker.internal", "127.0.0.1") for k, v in env.items()})
    succeeded, answer, _ = function.invoke(given.event.read_bytes())
    function.stop()
    print(answer.decode("utf-8", "replace"))
    return 0 if succeeded else 1


if __name__ == "__main__":
    sys.exit(main())
