"""The agents' desk: its addresses."""

from __future__ import annotations

from starlette.responses import RedirectResponse
from starlette.routing import Route

from bot.desk.acts import act, add_picture, typing
from bot.desk.handoff import handoff_events, handoff_page
from bot.desk.people import people_page, save_person
from bot.desk.queue import queue_events, queue_page, set_duty
from bot.desk.rendering import base_of
from bot.desk.signing_in import login_page, sign_in, sign_out
from bot.desk.unsent import retry_unsent, unsent_page


def desk_routes() -> list[Route]:
    """A picture's address ends as the buyers' does, so that it may be as large (bot/front/guard.py)."""
    return [
        Route("/desk", lambda request: RedirectResponse(f"{base_of(request)}/desk/queue")),
        Route("/desk/login", login_page, methods=["GET"]),
        Route("/desk/login", sign_in, methods=["POST"]),
        Route("/desk/logout", sign_out, methods=["POST"]),
        Route("/desk/queue", queue_page, methods=["GET"]),
        Route("/desk/queue/events", queue_events, methods=["GET"]),
        Route("/desk/duty", set_duty, methods=["POST"]),
        Route("/desk/people", people_page, methods=["GET"]),
        Route("/desk/people", save_person, methods=["POST"]),
        Route("/desk/unsent", unsent_page, methods=["GET"]),
        Route("/desk/unsent", retry_unsent, methods=["POST"]),
        Route("/desk/handoffs/{handoff}", handoff_page, methods=["GET"]),
        Route("/desk/handoffs/{handoff}/events", handoff_events, methods=["GET"]),
        Route("/desk/handoffs/{handoff}/typing", typing, methods=["POST"]),
        Route("/desk/handoffs/{handoff}/chat/pictures", add_picture, methods=["POST"]),
        Route("/desk/handoffs/{handoff}/{act}", act, methods=["POST"]),
    ]
