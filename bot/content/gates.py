"""What stands between a draft and the buyers: the gates of `shop/publishing.yml`, as they are live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.content.comparing import Comparison
from bot.content.sentences import say
from bot.core.content import Finding
from bot.core.shop import Pair

DEFAULTS: Mapping[str, Any] = {"recall_drop": 0.05, "recall_least": 10, "errors": True, "honesty": True}
"""Where the file says nothing of a gate. `recall_drop`: no label's recall on the tests falls by more than this share, of
labels that at least `recall_least` messages have."""


@dataclass(frozen=True)
class Gate:
    """One that a draft does not pass. `messages`: those that it is about."""

    id: str
    reason: Pair
    messages: tuple[str, ...] = ()


def closed(rules: Mapping[str, Any], comparison: Comparison | None, findings: Sequence[Finding]) -> list[Gate]:
    """The gates that the draft does not pass; none of it was compared where nothing could change in what is understood."""
    wanted = {**DEFAULTS, **(rules.get("gates") or {})}
    found = _errors(findings) if wanted["errors"] else []
    if comparison is not None:
        found += _fallen(comparison, float(wanted["recall_drop"]), int(wanted["recall_least"]))
        found += _dishonest(comparison) if wanted["honesty"] else []
    return found


def _errors(findings: Sequence[Finding]) -> list[Gate]:
    errors = [finding for finding in findings if finding.severity == "error"]
    places = tuple(f"{finding.file}:{finding.line} {finding.place['zh']}" for finding in errors)
    return [Gate("checks", say("gates", "checks", count=len(errors)), places)] if errors else []


def _fallen(comparison: Comparison, most: float, least: int) -> list[Gate]:
    gates = []
    for score in comparison.scores:
        before, after = score.recall_before or 0.0, score.recall_after or 0.0
        if score.count >= least and before - after > most + 1e-9:
            told = {"label": score.label, "before": f"{before:.0%}", "after": f"{after:.0%}"}
            gates.append(Gate("recall", say("gates", "recall", **told), score.lost))
    return gates


def _dishonest(comparison: Comparison) -> list[Gate]:
    return [Gate("honesty", say("gates", "honesty", ask=ask), (said,)) for ask, said in comparison.dishonest]
