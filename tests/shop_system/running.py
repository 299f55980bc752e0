"""Starts the shop system and buys in it, as a browser would."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from bot.settings import ROOT

PYTHON = ROOT / ".venv-shop" / "bin" / "python"
STARTS_WITHIN = 120.0
ADDRESS = {
    "first_name": "三",
    "last_name": "张",
    "line1": "文三路 1 号",
    "line4": "杭州",
    "postcode": "310000",
    **dict.fromkeys(("title", "line2", "line3", "state", "notes", "phone_number"), ""),
}


@dataclass
class ShopSystem:
    url: str
    ids: Path
    """A table of SKUs and the ids that the shop system gave them."""

    process: subprocess.Popen[bytes]

    def order(self, product_id: str, quantity: int) -> None:
        """Puts so many into a basket and pays for them."""
        with requests.Session() as session:
            basket = session.get(f"{self.url}/basket/", timeout=20).json()["url"]
            line = {"url": f"{self.url}/products/{product_id}/", "quantity": quantity}
            session.post(f"{self.url}/basket/add-product/", json=line, timeout=20).raise_for_status()
            order = {
                "basket": basket,
                "guest_email": "buyer@shop.example",
                "shipping_address": {**ADDRESS, "country": f"{self.url}/countries/CN/"},
            }
            session.post(f"{self.url}/checkout/", json=order, timeout=20).raise_for_status()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@contextmanager
def running(folder: Path, variants: Path) -> Iterator[ShopSystem]:
    """The shop system, filled from a variants.csv, on an address of this machine."""
    assert PYTHON.is_file(), "the shop system is not installed; run scripts/setup dev"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / "log.txt"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [str(PYTHON), "-m", "tests.shop_system.serve", str(port), str(folder), str(variants)],
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONUNBUFFERED": "1"},
            stdout=file,
            stderr=file,
        )
    system = ShopSystem(f"http://127.0.0.1:{port}/api", folder / "ids.csv", process)
    try:
        _wait_for(system, log)
        yield system
    finally:
        system.stop()


def _wait_for(system: ShopSystem, log: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and system.process.poll() is None:
        try:
            if requests.get(f"{system.url}/products/1/availability/", timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"the shop system did not start:\n{log.read_text(errors='replace')[-3000:]}")
