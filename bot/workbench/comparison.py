"""The draft against what is live: scores by label, and each message that is taken or answered otherwise."""

from __future__ import annotations

from typing import Any, Optional

from starlette.responses import Response

from bot.content.comparing import Answered, Comparison, Difference, Score, Verdict
from bot.workbench.view import View, shown

VERDICTS: tuple[Verdict, ...] = ("worse", "better", "changed")
PER_PAGE = 100


@shown
def comparison_page(view: View) -> Response:
    found = view.workbench.comparison()
    if found is None:
        return view.page("comparison.html", "start", view.w["comparison_title"], found=None)
    show = view.asked("show") if view.asked("show") in VERDICTS else ""
    wanted = sorted(
        (one for one in found.differences if not show or one.verdict == show),
        key=lambda one: VERDICTS.index(one.verdict),
    )
    first = max(int(view.asked("from")), 0) if view.asked("from").isdecimal() else 0
    shown = wanted[first : first + PER_PAGE]
    return view.page(
        "comparison.html",
        "start",
        view.w["comparison_title"],
        found=found,
        heard=[(view.w.get(f"heard_{source}", source), count) for source, count in found.heard.items()],
        counts={verdict: found.count(verdict) for verdict in VERDICTS},
        show=show,
        scores=_scores(view, found),
        differences=[_difference(view, one) for one in shown],
        first=first,
        following=first + PER_PAGE if len(wanted) > first + PER_PAGE else None,
        total=len(wanted),
    )


def _scores(view: View, found: Comparison) -> list[dict[str, Any]]:
    """Those that changed first, the most fallen at the top."""
    told = [_score(view, score) for score in found.scores if score.count]
    return sorted(told, key=lambda one: (one["change"] == 0, one["change"], one["label"]))


def _score(view: View, score: Score) -> dict[str, Any]:
    return {
        "label": view.w.get(f"label_{score.label}", score.label),
        "count": score.count,
        "recall": (_percent(score.recall_before), _percent(score.recall_after)),
        "precision": (_percent(score.precision_before), _percent(score.precision_after)),
        "change": round(((score.recall_after or 0.0) - (score.recall_before or 0.0)) * 100, 1),
        "lost": score.lost,
    }


def _percent(share: Optional[float]) -> str:
    return "–" if share is None else f"{share:.0%}"


def _difference(view: View, one: Difference) -> dict[str, Any]:
    return {
        "verdict": one.verdict,
        "text": one.text,
        "earlier": one.earlier[-3:],
        "source": view.w.get(f"heard_{one.source}", one.source),
        "name": one.name,
        "relabelled": one.before.labels != one.after.labels,
        "before": _answered(view, one.before),
        "after": _answered(view, one.after),
        "right": [view.w.get(f"label_{label}", label) for label in one.right or ()],
    }


def _answered(view: View, one: Answered) -> dict[str, Any]:
    return {"labels": [view.w.get(f"label_{label}", label) for label in one.labels], "said": one.said}
