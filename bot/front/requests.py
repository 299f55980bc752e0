"""Reads what comes in: JSON bodies by pydantic models, and each fault named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, List, Literal, Optional, Type, TypeVar, Union

from pydantic import BaseModel, Field, StrictStr, ValidationError, constr, validator
from starlette.requests import Request

from bot.front.problems import Problem

Model = TypeVar("Model", bound=BaseModel)
if TYPE_CHECKING:
    Id = str
    Address = str
else:
    Id = constr(strict=True, min_length=1, max_length=128, regex=r"^[^\x00\ud800-\udfff]+$")
    Address = constr(strict=True, max_length=2000, regex=r"^https?://[^\s<>\"']+$")


def storable(text: str) -> str:
    """The text as any database takes it: what no text holds (NUL, lone surrogates) becomes “?”."""
    return text.replace("\x00", "?").encode("utf-8", "replace").decode()


def number(text: str, name: str) -> int:
    """A message's number in an address. Raises Problem (400)."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Problem(400, "wrong_field", f"{name}: a number is wanted")
    return int(text)


class Storable(BaseModel):
    """A body with a `text` that any database takes."""

    text: StrictStr = Field(description="What the buyer wrote.")

    @validator("text")
    def _storable(cls, text: str) -> str:
        return storable(text)


class Attachment(BaseModel):
    """A picture that came along, at an address that agents can open."""

    url: Address
    type: Optional[StrictStr] = None


class ApiMessage(Storable):
    """The body of POST /api/messages."""

    conversation: Id = Field(description="Your id of the conversation; one buyer's messages share it.")
    message_id: Id = Field(
        description="Your id of the message; sent again, it gives the same answer and no second turn."
    )
    attachments: List[Union[Attachment, Address]] = Field(default_factory=list, max_items=10)
    language: Optional[Literal["zh", "en"]] = Field(
        None, description="The buyer's, where you know it; a message that has words speaks for itself."
    )


class ChatMessage(Storable):
    """The body of POST /chat/messages."""

    message_id: Id
    attachments: List[StrictStr] = Field(default_factory=list, max_items=4)
    product: Optional[StrictStr] = Field(None, description="The product whose page the buyer writes from.")


class SignedUser(BaseModel):
    """A user of the shop's, as the shop's server signed them (bot/front/identity.py)."""

    id: Id
    signed: StrictStr


class NewSession(BaseModel):
    """The body of POST /chat/session."""

    language: Optional[StrictStr] = None
    user: Optional[SignedUser] = None


async def read_json(request: Request, model: Type[Model]) -> Model:
    """The body as `model`. Raises Problem (400) naming what is wrong with it."""
    try:
        data: Any = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        raise Problem(400, "not_json") from None
    if not isinstance(data, dict):
        raise Problem(400, "wrong_field", "the body must be an object")
    try:
        return model(**{str(key): value for key, value in data.items()})
    except ValidationError as error:
        first = error.errors()[0]
        raise Problem(400, "wrong_field", f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
