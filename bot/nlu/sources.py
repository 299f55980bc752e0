"""Fingerprints of the modules that a component leans on, so that Rasa trains again when one of them changes."""

from __future__ import annotations

import hashlib

from bot.settings import CODE, ROOT


def fingerprint_of(*modules: str) -> str:
    digest = hashlib.sha256()
    for module in modules:
        digest.update(((CODE if module.startswith("bot/") else ROOT) / module).read_bytes())
    return digest.hexdigest()
