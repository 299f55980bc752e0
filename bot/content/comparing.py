"""The draft against what is live: scores by label, and every message whose label or answer changed, better or worse.

What a model understands in a message is kept by what it was trained on and the shop's names, so that a change of facts or
words alone is compared in seconds, without Rasa.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Optional

from bot.adapters.content_disk import lay_out
from bot.adapters.models import fingerprint
from bot.adapters.processes import watch_module
from bot.content.cases import Case, Line, Source
from bot.content.jobs import Report
from bot.content.sentences import Failed
from bot.core.content import Tree
from bot.core.labels import ALL
from bot.ports import UnderstandingError

Verdict = Literal["better", "worse", "changed"]

FACTS_ALONE = re.compile(
    r"^shop/(capabilities|specs|usage|size_guide)\.csv$"
    r"|^shop/(card|desk|digest|handover|hours|offers|publishing|shop|stock|telling)\.yml$"
)
"""Files of the shop that change no name by which a thing is known in a message."""

_PARSES_KEPT = 4
_HEARD = re.compile(r"^(?:heard|answered) (\d+) of (\d+)")


@dataclass(frozen=True)
class Answered:
    """`texts`: the replies, each with all the ways in which it may be said."""

    labels: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    decision: str = ""
    confidence: tuple[float, ...] = ()

    @property
    def said(self) -> str:
        return "\n".join(ways[0] for ways in self.texts if ways)


@dataclass(frozen=True)
class Difference:
    """A message that is taken or answered otherwise. `right`: what is right of it, where somebody has said."""

    source: Source
    name: str
    text: str
    verdict: Verdict
    before: Answered
    after: Answered
    right: Optional[tuple[str, ...]] = None
    earlier: tuple[str, ...] = ()
    """What the buyer had said before it in the dialogue."""


@dataclass(frozen=True)
class Score:
    """Of a label over the test messages: `count` have it; shares, None where there is nothing to share."""

    label: str
    count: int
    recall_before: Optional[float]
    recall_after: Optional[float]
    precision_before: Optional[float]
    precision_after: Optional[float]
    lost: tuple[str, ...] = ()
    """The messages that had it before and have it no more, at most 20."""


@dataclass(frozen=True)
class Comparison:
    """`of`: what the two trees are known by; `heard`: messages by where they come from; `dishonest`: honesty questions
    that the draft does not answer as the shop wants, with what it says."""

    of: str
    revision: int
    version: int
    at: str
    heard: Mapping[str, int]
    scores: tuple[Score, ...]
    differences: tuple[Difference, ...]
    dishonest: tuple[tuple[str, str], ...] = field(default=())

    def count(self, verdict: Verdict) -> int:
        return sum(one.verdict == verdict for one in self.differences)

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Comparison:
        told = json.loads(text)
        told["scores"] = tuple(Score(**{**one, "lost": tuple(one["lost"])}) for one in told["scores"])
        told["differences"] = tuple(_difference_of(one) for one in told["differences"])
        told["dishonest"] = tuple((ask, said) for ask, said in told["dishonest"])
        return Comparison(**told)


@dataclass(frozen=True)
class Sides:
    """What is compared: `live` and `draft` with their models (None: not trained, which facts and words do without)."""

    live: Tree
    draft: Tree
    live_model: Path
    draft_model: Path


Answers = Sequence[Sequence[Answered]]
"""By case, by message."""

Hear = Callable[[Sequence[str]], Mapping[str, Any]]
"""What is understood in texts by whoever serves buyers now. Raises UnderstandingError."""


def answers(
    sides: Sides,
    cases: Sequence[Case],
    folder: Path,
    now: datetime,
    report: Report,
    *,
    nearly: bool = False,
    hear: Hear | None = None,
) -> tuple[Answers, Answers]:
    """What live and draft answer. `nearly`: what was understood by other names of the shop's things will do, where nothing
    nearer is known; so will what `hear` tells of the live model, which takes no process of its own. Raises Failed, Stopped."""
    texts = list(dict.fromkeys(line.text for case in cases for line in case.lines))
    told = []
    for name, tree, model in (("live", sides.live, sides.live_model), ("draft", sides.draft, sides.draft_model)):
        lay_out(tree, folder / name)
        parses = folder / f"understood-{name}.json"
        tells = hear if nearly and model == sides.live_model else None
        heard = _understood(tree, model, texts, folder, folder / name / "shop", report, tells, nearly)
        parses.write_text(json.dumps(heard, ensure_ascii=False), encoding="utf-8")
        told.append({"folder": str(folder / name), "parses": str(parses), "out": str(folder / f"{name}.json")})
    work = {
        "now": now.isoformat(),
        "cases": [
            {"at": case.at.isoformat() if case.at else None, "texts": [line.text for line in case.lines]}
            for case in cases
        ],
        "sides": told,
    }
    (folder / "work.json").write_text(json.dumps(work, ensure_ascii=False), encoding="utf-8")
    report.step("answering")
    _run("bot.content.answering", str(folder / "work.json"), step="answering", report=report)
    before, after = (json.loads(Path(side["out"]).read_text(encoding="utf-8")) for side in told)
    return _answers_of(before), _answers_of(after)


def compare(cases: Sequence[Case], before: Answers, after: Answers, **known: Any) -> Comparison:
    """`known`: the comparison's `of`, `revision`, `version` and `at`."""
    lines = [
        (case, place, line, was, now)
        for case, olds, news in zip(cases, before, after)
        for place, (line, was, now) in enumerate(zip(case.lines, olds, news))
    ]
    differences = [
        Difference(
            case.source,
            case.name,
            line.text,
            _verdict(line, was, now),
            was,
            now,
            line.labels,
            tuple(one.text for one in case.lines[:place]),
        )
        for case, place, line, was, now in lines
        if (was.labels, was.texts) != (now.labels, now.texts)
    ]
    judged = [(line, was, now) for case, _, line, was, now in lines if case.source == "tests" and line.labels]
    dishonest = [
        (line.text, now.said) for case, _, line, _, now in lines if case.source == "honesty" and not right(line, now)
    ]
    order = ("worse", "better", "changed")
    return Comparison(
        heard=dict(Counter(case.source for case, *_ in lines)),
        scores=tuple(filter(None, (_score(label, judged) for label in ALL))),
        differences=tuple(sorted(differences, key=lambda one: order.index(one.verdict))),
        dishonest=tuple(dishonest),
        **known,
    )


def right(line: Line, answered: Answered) -> bool | None:
    """Whether a message was taken and answered as somebody said it should be; None where nobody has."""
    if line.labels is None and not line.says and not line.says_not:
        return None
    labels = line.labels is None or _once(line.labels) == _once(answered.labels)
    said = all(any(all(_holds(way, text) for way in ways) for ways in answered.texts) for text in line.says)
    unsaid = not any(_holds(way, text) for ways in answered.texts for way in ways for text in line.says_not)
    return labels and said and unsaid


def known_as(live: Mapping[str, str], draft: Mapping[str, str]) -> str:
    """What a comparison of two states of the files (path → sha) is known by."""
    return hashlib.sha256(json.dumps([dict(live), dict(draft)], sort_keys=True).encode()).hexdigest()[:16]


def _understood(
    tree: Tree,
    model: Path,
    texts: Sequence[str],
    folder: Path,
    shop: Path,
    report: Report,
    hear: Hear | None,
    nearly: bool,
) -> dict[str, Any]:
    """{text: what the model understands}: what is known already, and the rest heard, or asked of the model. What is known
    nearly is kept aside, and never taken for what is known."""
    trained, names = _understanding(tree)
    kept = folder / "parses"
    kept.mkdir(parents=True, exist_ok=True)
    path, aside = kept / f"{trained}-{names}.json", kept / f"{trained}-{names}.near.json"
    known = _parses(path)
    near: dict[str, Any] = {}
    for alike in sorted(kept.glob(f"{trained}-*.json"), key=lambda one: one.stat().st_mtime) if nearly else ():
        near |= _parses(alike)
    missing = [text for text in texts if text not in known and text not in near]
    if missing and hear:
        with suppress(UnderstandingError):
            near |= hear(missing)
            missing = []
    if missing:
        known |= _ask(model, missing, folder, shop, report)
    found = {text: known[text] if text in known else near[text] for text in texts}
    # what buyers wrote is not kept longer than it is looked at
    _keep(path, known if nearly else found)
    _keep(aside, {text: parse for text, parse in found.items() if text not in known})
    for old in sorted(kept.glob("*.json"), key=lambda one: one.stat().st_mtime, reverse=True)[_PARSES_KEPT:]:
        old.unlink(missing_ok=True)
    return found


def _keep(path: Path, parses: Mapping[str, Any]) -> None:
    if parses:
        path.write_text(json.dumps(parses, ensure_ascii=False), encoding="utf-8")
    else:
        path.unlink(missing_ok=True)


def _parses(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _ask(model: Path, texts: Sequence[str], folder: Path, shop: Path, report: Report) -> dict[str, Any]:
    if not model.is_file():
        raise Failed("comparing", problem=f"{model.name} is not there")
    asked, found = folder / "asked.json", folder / "found.json"
    asked.write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
    report.step("understanding")
    environment = {"NIGHTDESK_SHOP": str(shop), "NIGHTDESK_DATA": str(folder / "data")}
    arguments = (str(model), str(asked), str(found))
    _run("bot.parsing", *arguments, step="understanding", report=report, environment=environment)
    return json.loads(found.read_text(encoding="utf-8"))


def _understanding(tree: Tree) -> tuple[str, str]:
    """Two values that change when what is understood in a message may: what a model is trained on but for its words, and
    the shop's names of things, which no training learns."""
    names = hashlib.sha256()
    for path in sorted(tree):
        if path.startswith("shop/") and not FACTS_ALONE.match(path):
            names.update(f"{path}\n{tree[path]}".encode())
    return fingerprint({**tree, "domain.yml": ""}), names.hexdigest()[:12]


def _run(module: str, *arguments: str, step: str, report: Report, environment: Mapping[str, str] | None = None) -> None:
    def hear(line: str) -> None:
        far = _HEARD.match(line)
        report.step(step, int(far[1]) / max(1, int(far[2])) if far else report.progress.share)

    code, said = watch_module(module, *arguments, heard=hear, environment=environment)
    if code:
        raise Failed("comparing", problem=(said or ["–"])[-1][-300:])


def _verdict(line: Line, was: Answered, now: Answered) -> Verdict:
    before, after = right(line, was), right(line, now)
    if before == after:
        return "changed"
    return "better" if after else "worse"


def _score(label: str, lines: Sequence[tuple[Line, Answered, Answered]]) -> Score | None:
    """None where no message has the label."""
    mine = [one for one in lines if label in (one[0].labels or ())]
    if not mine:
        return None
    before, after = ([(line.labels or (), given[side].labels) for line, *given in lines] for side in (0, 1))
    lost = [line.text for line, was, now in mine if label in was.labels and label not in now.labels]
    recalls = (_recall(label, before), _recall(label, after))
    precisions = (_precision(label, before), _precision(label, after))
    return Score(label, len(mine), *recalls, *precisions, lost=tuple(lost[:20]))


Pairs = Sequence[tuple[Sequence[str], Sequence[str]]]
"""The right labels and the given ones, a message each."""


def _recall(label: str, pairs: Pairs) -> float | None:
    return _share([label in given for wanted, given in pairs if label in wanted])


def _precision(label: str, pairs: Pairs) -> float | None:
    return _share([label in wanted for wanted, given in pairs if label in given])


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None


def _once(labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(labels))


def _holds(text: str, part: str) -> bool:
    return part.lower() in text.lower()


def _answers_of(told: Sequence[Sequence[Mapping[str, Any]]]) -> list[list[Answered]]:
    return [[_answered_of(one) for one in case] for case in told]


def _answered_of(told: Mapping[str, Any]) -> Answered:
    texts = tuple(tuple(ways) for ways in told["texts"])
    return Answered(tuple(told["labels"]), texts, told["decision"], tuple(told["confidence"]))


def _difference_of(told: Mapping[str, Any]) -> Difference:
    answered = {side: _answered_of(told[side]) for side in ("before", "after")}
    right_ones = tuple(told["right"]) if told["right"] is not None else None
    return Difference(**{**told, **answered, "right": right_ones, "earlier": tuple(told["earlier"])})
