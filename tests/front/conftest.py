"""What the tests of the front share: the hour, and the system in parts with a shop that may be spoilt."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import EVENING, ROOT, Stack, make_stack
from tests.front.parts import Parts


@pytest.fixture
def evening(stack: Stack) -> None:
    stack.set_clock(EVENING)


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shop that may be spoilt."""
    return Path(shutil.copytree(ROOT / "shop", tmp_path_factory.mktemp("shop") / "shop"))


@pytest.fixture(scope="package")
def parts(tmp_path_factory: pytest.TempPathFactory, shop: Path) -> Iterator[Parts]:
    plain = make_stack(tmp_path_factory.mktemp("parts"), shop=str(shop))
    running = Parts(plain.data, plain.port, plain.environment, plain.log)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def talk(parts: Parts) -> str:
    parts.set_clock(EVENING)
    return uuid.uuid4().hex
