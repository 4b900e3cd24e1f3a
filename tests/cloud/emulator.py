"""A local AWS (MiniStack, from PyPI) on a free loopback port, with IAM switched on.

The roles of template.yaml are enforced (AUTH=true): a function that touches more than its role allows fails here as it would on AWS.
What the emulator lacks, and what stands in for it, is listed in stack.py.
"""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGION = "ap-northeast-1"
ACCOUNT = "000000000000"
# The owner of the emulated account. The emulator takes this pair for root; it is no credential of anything real.
OWNER = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "test"}
SERVICES = "apigateway,cloudformation,dynamodb,events,iam,kms,lambda,logs,monitoring,s3,secretsmanager,sns,sqs,sts"


def free_port():
    """A port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Emulator:
    """The running emulator. `url` is the endpoint of every AWS service."""

    def __init__(self, work, python=None):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = Path(work) / "emulator.log"
        (Path(work) / "tmp").mkdir(parents=True, exist_ok=True)
        python = python or os.environ.get("MUSUBI_EMULATOR_PYTHON", ROOT / "target" / "venv-emulator" / "bin" / "python")
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MUSUBI_", "LAMBDA_", "LOCALSTACK_"))}
        environment = clean | OWNER | {
            "AUTH": "true",
            "AWS_ENDPOINT_URL": self.url,  # else a function would call the real AWS
            "AWS_EC2_METADATA_DISABLED": "true",
            "BIND_HOST": "127.0.0.1",  # else it listens on every interface
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "LOG_LEVEL": "INFO",
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_REGION": REGION,
            "SERVICES": SERVICES,
            "SFTP_ENABLED": "0",
            "TMPDIR": str(Path(work) / "tmp"),
        }
        self._process = subprocess.Popen(
            [str(python), "-m", "ministack"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own: its functions are its children and end with it
        )
        self._wait_until_ready()

    def _wait_until_ready(self):
        deadline = time.monotonic() + 60
        while True:
            if self._process.poll() is not None:
                raise RuntimeError(f"the emulator stopped at once:\n{self.log.read_text()[-3000:]}")
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/ready", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                if time.monotonic() > deadline:
                    self.stop()
                    raise RuntimeError(f"the emulator was not ready after a minute:\n{self.log.read_text()[-3000:]}") from None
                time.sleep(0.05)

    @property
    def group(self):
        """The process group of the emulator and of the functions that it runs."""
        return self._process.pid

    def stop(self):
        """Ends the emulator and every function it started."""
        for ask in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, ask)
            except ProcessLookupError:
                return
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
