"""This project's own content as a tree, and texts as people type them."""

from __future__ import annotations

from functools import lru_cache

from hypothesis import strategies as st

from bot.core.content import PATTERNS
from tests.conftest import ROOT


@lru_cache
def shop_tree() -> dict[str, str]:
    """The files as they stand, to the byte."""
    paths = [path for pattern in PATTERNS for path in sorted(ROOT.glob(pattern))]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes().decode() for path in paths}


TRICKY = [
    "", " ", "a,b", 'say "hi"', "two\nlines", "blank\n\nline", "a\n# no comment", "\r\n", "=1+1", "+86", "-5", "@you", "\tcell",
    "'=quoted", "＝全角", " leads", "trails ", "a: b", "a #b", "# all", "- item", "[x]", "{y}", "{item} 有货", "*star", "&and", "!bang",
    "%p", "|", ">", "?", ": ", "yes", "true", "null", "~", "299", "1.5", "0x1F", "16:00", "2026-11-21", "1e3", ".inf", "---", "...",
    "“引号”", "全角，：＃", "😀👍", "café\u0301", "a\u2028b", "a\x85b", "tab\tin", "\\n", "C:\\", "${HOME}", "it's", "''", '"', "<b>&amp;</b>",
    "_x000D_", "_x005F_x000D_", "x|y|z", "末尾：", "a\u00a0b", "\u3000全角空格",
]  # fmt: skip
TYPED = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff")
    | st.sampled_from("\t\n,\"'#:"),
    max_size=12,
)
TEXTS = st.sampled_from(TRICKY) | TYPED
