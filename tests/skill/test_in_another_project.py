"""The package as others install it, in their own Rasa project: trained, run, and both skills answer.

The wheel is unpacked beside the packages that are installed already; nothing of the checkout is on the path.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.settings import ROOT
from bot.training import QUIET_AND_FAST
from tests.conftest import free_port
from tests.front.helpers import eventually
from tests.skill.foreign import MERGED, make_foreign

UV = [sys.executable, "-m", "uv"]
READY_WITHIN = 300


@dataclass
class Installed:
    """The wheel's files in `site`, and a foreign project in `folder`."""

    site: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NIGHTDESK_")}
        return {**kept, **QUIET_AND_FAST, "PYTHONPATH": str(self.site)}

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    @contextmanager
    def running(self, *command: str) -> Iterator[Path]:
        """Gives the file of what it prints."""
        log = self.folder / f"{command[-1]}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=self.folder, env=self.environment, stdout=out, stderr=out
            )
        try:
            yield log
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    build = [*UV, "build", "--wheel", "--quiet", "-o", str(folder / "dist"), str(ROOT)]
    subprocess.run(build, check=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    subprocess.run([*UV, "pip", "install", "--quiet", "--no-deps", "--target", str(folder / "site"), str(wheel)], check=True)  # fmt: skip
    return Installed(folder / "site", make_foreign(folder / "theirs"))


def test_the_package_holds_nothing_that_a_rasa_project_has_itself(installed: Installed) -> None:
    packages = {path.name for path in installed.site.iterdir() if (path / "__init__.py").exists()}
    assert packages == {"bot"}


def test_the_package_brings_its_data_and_the_demo_shop(installed: Installed, tmp_path: Path) -> None:
    elsewhere = Installed(installed.site, tmp_path)
    assert "all files are right" in elsewhere.run("-m", "bot.cli", "check")
    where = elsewhere.run("-c", "from bot.settings import Settings; print(Settings().shop, Settings().models)").split()
    assert where == [str(installed.site / "bot" / "project" / "shop"), str(tmp_path / "models")]
    same = "from bot.adapters.models import fingerprint; print(fingerprint())"
    here = subprocess.run([sys.executable, "-c", same], cwd=ROOT, capture_output=True, text=True, check=True)
    assert elsewhere.run("-c", same) == here.stdout


@pytest.mark.stack
def test_both_skills_answer_in_the_other_project(installed: Installed) -> None:
    actions, rasa = free_port(), free_port()
    (installed.folder / "endpoints.yml").write_text(f"action_endpoint:\n  url: http://127.0.0.1:{actions}/webhook\n")
    subprocess.run([sys.executable, "-m", "bot.cli", "skill", "."], cwd=installed.folder, env=installed.environment)
    (installed.folder / "config.yml").write_text(MERGED)
    assert "The skill fits" in installed.run("-m", "bot.cli", "skill", "--check", ".")

    def say(text: str) -> str:
        body = {"sender": "buyer", "message": text}
        told: list[dict[str, Any]] = requests.post(f"{url}/webhooks/rest/webhook", json=body, timeout=30).json()
        return "\n".join(one["text"] for one in told if "text" in one)

    url = f"http://127.0.0.1:{rasa}"
    with ExitStack() as stack:
        stack.enter_context(installed.running("-m", "rasa", "run", "actions", "--port", str(actions)))
        installed.run("-m", "rasa", "train", "--skip-validation", "--quiet")
        served = ("-i", "127.0.0.1", "--credentials", "credentials.yml", "-p", str(rasa))
        log = stack.enter_context(installed.running("-m", "rasa", "run", *served))
        assert eventually(lambda: _answers(url), READY_WITHIN), log.read_text()[-2000:]
        assert say("老板好呀") == "老板好！今天也辛苦啦"
        assert "300 克" in say("料理机能和面吗")
        assert "现货" in say("那有货吗")
        assert say("哈喽哈喽") == "哈喽，老板在忙呢"


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/", timeout=2).ok
    except requests.RequestException:
        time.sleep(0.3)
        return False
