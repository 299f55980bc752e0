"""Fingerprints of the modules that a component leans on, so that Rasa trains again when one of them changes."""

from __future__ import annotations

import hashlib

from bot.settings import ROOT


def fingerprint_of(*modules: str) -> str:
    digest = hashlib.sha256()
    for module in modules:
        digest.update((ROOT / module).read_bytes())
    return digest.hexdigest()
