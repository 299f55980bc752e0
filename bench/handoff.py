"""How much of what buyers said stands on the card, and whether anything on it was not said: `python -m bench.handoff`.

Plays the dialogues of `bench/handoff/*.yml` through the running system and compares the last card of each with the values
that follow from what the buyer said. Prints recall and precision of the values, by field and in all, each value that is
missing, wrong or one too many with its dialogue and field, and what the suggested reply asks although the buyer said it
(`bench/asked_again.py`). Ends with 0 where the targets are met: recall 0.97, precision 1.0, nothing asked again.

Values are compared, not words:
* of a want its product, colour, size, number and list price; of an offer kind, amount, piece or order, and list total; of a
  day its date; of an after-sale matter its product. What stands under `words`, `name`, `text` and in the headline is free.
* Heights and weights may differ by 0.1 (feet and pounds are rounded); a contact by its spaces and hyphens; a place by
  Traditional characters, by 省, 市, 区 or 县, and in English by the order of its parts.
* A remark for the order holds the words that matter; remarks may be one note or several.
* A question holds its label and state, and, where it was a figure, what was told. A matter for a person (a purchase, an
  offer …) may stand once for each time that the buyer came back to it.
* What the buyer cares about counts where it was said (haggles: price; needs it by a day or at once: delivery; is cold:
  warmth; a present: gift). For whoever only asked (how much, how long) it may stand there or not.
* `neutral` is no mood, and episode, times and version are no values of the buyer's.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import requests
from tqdm import tqdm

from bench.asked_again import asked_again, known
from bench.handoff_gold import Dialogue, Line, read_dialogues
from bench.handoff_scores import Count, Judged, count, count_all, judge
from bench.report import Section, Table, as_text
from bench.rows import InputError
from bot.adapters.shop_files import load_shop
from bot.core.shop import Shop
from bot.ports import NightdeskError
from bot.settings import ROOT

DIALOGUES = ROOT / "bench" / "handoff"
RECALL, PRECISION = 0.97, 1.0


class Desk(Protocol):
    """The running system, as a shop's other system sees it; its clock can be set."""

    def set_clock(self, moment: str) -> None: ...

    def post(self, body: object) -> requests.Response: ...


@dataclass(frozen=True)
class Played:
    """How a dialogue ended: the card, if there is one, and where the conversation stands."""

    card: dict[str, Any] | None
    state: str


@dataclass(frozen=True)
class Scored:
    """A dialogue's values, the fields that are asked again, and the state that it ended in."""

    dialogue: Dialogue
    judged: list[Judged]
    again: list[str]
    state: str

    @property
    def faults(self) -> list[str]:
        """Each fault in one line."""
        found = [str(one) for one in self.judged if not one.right]
        found += [f"suggested_reply: asks again for {field}" for field in self.again]
        if self.state != self.dialogue.state:
            found.append(f"state: ended {self.state}, not {self.dialogue.state}")
        return found


# --- playing -----------------------------------------------------------------------------------------------------


def play(dialogue: Dialogue, desk: Desk, evening: str) -> Played:
    """Says the dialogue line by line. Raises InputError where a line gets no answer."""
    desk.set_clock(dialogue.at or evening)
    conversation = uuid.uuid4().hex
    answer: dict[str, Any] = {}
    for line in dialogue.lines:
        if line.at:
            desk.set_clock(line.at)
        answer = _say(desk, conversation, line, dialogue)
    return Played(answer.get("handoff"), answer["state"])


def _say(desk: Desk, conversation: str, line: Line, dialogue: Dialogue) -> dict[str, Any]:
    body = {"conversation": conversation, "message_id": uuid.uuid4().hex, "text": line.text}
    try:
        response = desk.post({**body, "attachments": list(line.pictures)})
    except requests.RequestException as error:
        raise InputError(f"{dialogue}: “{line.text}” got no answer: {error}") from error
    if response.status_code != 200:
        raise InputError(f"{dialogue}: “{line.text}” was answered with {response.status_code}: {response.text}")
    return response.json()


def play_all(dialogues: Sequence[Dialogue]) -> list[Played]:
    """Starts the system in a folder of its own, plays all dialogues, and ends it."""
    from tests.conftest import EVENING, make_stack

    with tempfile.TemporaryDirectory() as folder:
        stack = make_stack(Path(folder))
        try:
            stack.start()
            return [play(dialogue, stack, EVENING) for dialogue in tqdm(dialogues, unit="dialogue")]
        except AssertionError as error:
            raise InputError(f"The system did not start: {error}") from None
        finally:
            stack.stop()


# --- scoring -----------------------------------------------------------------------------------------------------


def score(dialogue: Dialogue, played: Played, shop: Shop) -> Scored:
    judged = judge(dialogue.gold, played.card, dialogue.may, dialogue.language)
    reply = (played.card or {}).get("suggested_reply") or ""
    return Scored(dialogue, judged, asked_again(reply, dialogue.language, known(dialogue.gold, shop)), played.state)


def met(scored: Sequence[Scored]) -> bool:
    """Whether recall, precision and the questions asked again reach their targets, and every conversation its state."""
    total = count_all(_judged(scored))
    as_wanted = all(one.state == one.dialogue.state and not one.again for one in scored)
    return total.recall >= RECALL and total.precision >= PRECISION and as_wanted


def as_report(scored: Sequence[Scored]) -> str:
    """The figures by field and in all, then every fault with its dialogue."""
    judged = _judged(scored)
    rows = [_row(field, counted) for field, counted in count(judged).items()]
    table = Table(("field", "said", "on card", "right", "recall", "precision"), (*rows, _row("all", count_all(judged))))
    again = sum(len(one.again) for one in scored)
    languages = [one.dialogue.language for one in scored]
    played = f"{len(scored)} dialogues ({languages.count('zh')} Chinese, {languages.count('en')} English)"
    targets = f"asked again: {again}; targets: recall {RECALL}, precision {PRECISION}, asked again 0"
    faults = [f"{one.dialogue}\n    " + "\n    ".join(one.faults) for one in scored if one.faults]
    return as_text(
        [Section("Values of the card", (played, table, targets)), Section("Faults", tuple(faults or ("none",)))]
    )


def _judged(scored: Sequence[Scored]) -> list[Judged]:
    return [judged for one in scored for judged in one.judged]


def _row(field: str, counted: Count) -> tuple[str, ...]:
    said, stands = (str(number) for number in (counted.gold, counted.found))
    return (field, said, stands, str(counted.right), f"{counted.recall:.3f}", f"{counted.precision:.3f}")


# --- the command -------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.handoff", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", metavar="WORDS", help="play the dialogues whose file or name holds the words")
    parser.add_argument("--cards", type=Path, metavar="FILE", help="write the cards there, as JSON by dialogue")
    chosen = parser.parse_args(arguments)
    try:
        dialogues = [one for one in read_dialogues(DIALOGUES) if not chosen.only or chosen.only in str(one)]
        if not dialogues:
            raise InputError(f"No dialogue holds “{chosen.only}” in its file or name.")
        shop = load_shop(ROOT / "shop")
        played = play_all(dialogues)
    except (InputError, NightdeskError) as error:
        print(error, file=sys.stderr)
        return 2
    if chosen.cards:
        cards = {str(dialogue): one.card for dialogue, one in zip(dialogues, played)}
        chosen.cards.write_text(json.dumps(cards, ensure_ascii=False, indent=1), encoding="utf-8")
    scored = [score(dialogue, one, shop) for dialogue, one in zip(dialogues, played)]
    print(as_report(scored))
    return 0 if met(scored) else 1


if __name__ == "__main__":
    sys.exit(main())
