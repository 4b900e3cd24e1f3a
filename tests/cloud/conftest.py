"""The emulator, started once for all cloud tests."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")

import world  # noqa: E402
from emulator import Emulator  # noqa: E402
from front import Front  # noqa: E402
from stack import PORTS, Stack  # noqa: E402


@pytest.fixture(scope="session")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("cloud")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    """One emulator for each test file, so that what one leaves behind is not there for the next."""
    it = Emulator(tmp_path_factory.mktemp("emulator"))
    yield it
    it.stop()


@pytest.fixture(scope="module")
def front():
    """The public URL, known to the vendors before the stack is there."""
    return Front()


@pytest.fixture(scope="module")
def fakes(front):
    it = world.start_fakes(front.url)
    yield it
    it.stop()


@pytest.fixture(scope="module")
def stack(emulator, front, fakes):
    """The real binaries behind the real template; LINE's and HubSpot's addresses are the fakes'."""
    binaries = {name: world.BINARIES / name for name in PORTS}
    missing = [name for name, path in binaries.items() if not path.exists()]
    assert not missing, f"build them first (tests/run release): {missing}"
    it = Stack(emulator, binaries, front=front, **world.vendor_addresses(fakes))
    yield it
    it.stop()


@pytest.fixture(scope="module")
def demo(stack, fakes):
    return world.seed(stack, fakes)
