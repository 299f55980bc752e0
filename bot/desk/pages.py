"""The agents' desk: its addresses."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.acts import act, add_picture, typing
from bot.desk.handoff import handoff_events, handoff_page
from bot.desk.people import people_page, save_person, sign_out_everywhere
from bot.desk.queue import queue_events, queue_page, set_duty
from bot.desk.rendering import base_of
from bot.desk.signing_in import login_page, sign_in, sign_out
from bot.desk.unsent import retry_unsent, unsent_page


def desk_routes() -> list[Route]:
    """A picture's address ends as the buyers' does, so that it may be as large (bot/front/guard.py)."""
    return [
        Route("/desk", _to_queue, methods=["GET"]),
        Route("/desk/login", login_page, methods=["GET"]),
        Route("/desk/login", sign_in, methods=["POST"]),
        Route("/desk/logout", sign_out, methods=["POST"]),
        Route("/desk/logout", _to_queue, methods=["GET"]),
        Route("/desk/queue", queue_page, methods=["GET"]),
        Route("/desk/queue/events", queue_events, methods=["GET"]),
        Route("/desk/duty", set_duty, methods=["POST"]),
        Route("/desk/duty", _to_queue, methods=["GET"]),
        Route("/desk/people", people_page, methods=["GET"]),
        Route("/desk/people", save_person, methods=["POST"]),
        Route("/desk/people/sign-out", sign_out_everywhere, methods=["POST"]),
        Route("/desk/unsent", unsent_page, methods=["GET"]),
        Route("/desk/unsent", retry_unsent, methods=["POST"]),
        Route("/desk/handoffs/{handoff}", handoff_page, methods=["GET"]),
        Route("/desk/handoffs/{handoff}/events", handoff_events, methods=["GET"]),
        Route("/desk/handoffs/{handoff}/typing", typing, methods=["POST"]),
        Route("/desk/handoffs/{handoff}/chat/pictures", add_picture, methods=["POST"]),
        Route("/desk/handoffs/{handoff}/{act}", act, methods=["POST"]),
        Route("/desk/handoffs/{handoff}/{act}", _to_handoff, methods=["GET"]),
    ]


# a form's answer stands at the form's address, which a browser asks for again, as when its language is changed


def _to_queue(request: Request) -> Response:
    return RedirectResponse(f"{base_of(request)}/desk/queue")


def _to_handoff(request: Request) -> Response:
    return RedirectResponse(f"{base_of(request)}/desk/handoffs/{quote(request.path_params['handoff'])}")
