"""The part of Markdown that DingTalk and WeCom share."""

from __future__ import annotations

_WIDE = str.maketrans("*_`~[]<>#|\\", "＊＿｀～［］＜＞＃｜＼")


def plain(text: str) -> str:
    """A person's words with the marks of Markdown and HTML in full width: these services know no way to escape them,
    and a buyer must not be able to draw links, pictures or a call to everybody."""
    return text.translate(_WIDE)
