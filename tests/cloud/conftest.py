"""The emulator, started once for all cloud tests."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")

from emulator import Emulator  # noqa: E402


@pytest.fixture(scope="session")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("cloud")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    """One emulator for each test file, so that what one leaves behind is not there for the next."""
    it = Emulator(tmp_path_factory.mktemp("emulator"))
    yield it
    it.stop()
