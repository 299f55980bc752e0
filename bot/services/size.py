"""Which size fits, and whether it is there where the buyer asks for both at once (米色有我的码吗)."""

from __future__ import annotations

from bot.core.types import Answer, Ask
from bot.services.common import Desk
from bot.services.size_guide import by_guide
from bot.services.stock import asks_for_stock, with_stock


def answer_size(ask: Ask, desk: Desk) -> Answer:
    """The size for the measures said; one question back where a measure is missing. Raises InventoryError."""
    answer = by_guide(ask, desk)
    return with_stock(answer, ask, desk) if ask.details.colour or asks_for_stock(ask) else answer
