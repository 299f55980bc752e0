"""The content team's pages: their addresses."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.desk.rendering import WORKBENCH, base_of
from bot.desk.signing_in import login_page, sign_in, sign_out
from bot.workbench import checking, comparison, facts, inbox, replies, rows, rules, spreadsheets, start, trying

GET, POST = ["GET"], ["POST"]
UPLOAD = "/workbench/upload"
"""May be larger than other requests (bot/front/guard.py)."""


def workbench_routes() -> list[Route]:
    return [
        Route("/workbench", start.start_page, methods=GET),
        Route("/workbench/", _to_start, methods=GET),
        Route("/workbench/login", login_page, methods=GET),
        Route("/workbench/login", sign_in, methods=POST),
        Route("/workbench/logout", sign_out, methods=POST),
        Route("/workbench/logout", _to_start, methods=GET),
        Route("/workbench/progress", start.progress, methods=GET),
        Route("/workbench/findings", start.findings, methods=GET),
        Route("/workbench/act/{act}", start.act, methods=POST),
        Route("/workbench/act/{act}", _to_start, methods=GET),
        Route("/workbench/versions/{number:int}", start.version_page, methods=GET),
        Route("/workbench/comparison", comparison.comparison_page, methods=GET),
        Route("/workbench/check", checking.check, methods=POST),
        Route("/workbench/inbox", inbox.inbox_page, methods=GET),
        Route("/workbench/inbox/talk", inbox.talk, methods=GET),
        Route("/workbench/inbox/example", inbox.example_page, methods=GET),
        Route("/workbench/inbox/example", inbox.save_example, methods=POST),
        Route("/workbench/inbox/aside", inbox.set_aside, methods=POST),
        Route("/workbench/inbox/aside", _to_inbox, methods=GET),
        Route("/workbench/inbox/back", inbox.put_back, methods=POST),
        Route("/workbench/inbox/back", _to_inbox, methods=GET),
        Route("/workbench/facts", facts.tables_page, methods=GET),
        Route("/workbench/faq", _to_faq, methods=GET),
        Route("/workbench/fact", rows.fact_page, methods=GET),
        Route("/workbench/fact", rows.save_fact, methods=POST),
        Route("/workbench/facts/{table}", facts.table_page, methods=GET),
        Route("/workbench/facts/{table}/row", rows.row_page, methods=GET),
        Route("/workbench/facts/{table}/row", rows.save_row, methods=POST),
        Route("/workbench/facts/{table}/remove", rows.remove_row, methods=POST),
        Route("/workbench/facts/{table}/remove", rows.row_page, methods=GET),
        Route("/workbench/sheets.xlsx", spreadsheets.workbook, methods=GET),
        Route("/workbench/sheets/{table}.csv", spreadsheets.csv_file, methods=GET),
        Route(UPLOAD, spreadsheets.upload_page, methods=GET),
        Route(UPLOAD, spreadsheets.upload, methods=POST),
        Route("/workbench/upload/{token}", spreadsheets.preview_page, methods=GET),
        Route("/workbench/upload/{token}", spreadsheets.apply_upload, methods=POST),
        Route("/workbench/words", replies.words_page, methods=GET),
        Route("/workbench/words/{name}", replies.reply_page, methods=GET),
        Route("/workbench/words/{name}", replies.save_reply, methods=POST),
        Route("/workbench/try", trying.try_page, methods=GET),
        Route("/workbench/try/ready", trying.ready, methods=GET),
        Route("/workbench/try/messages", trying.say, methods=POST),
        Route("/workbench/rules", rules.rules_page, methods=GET),
        Route("/workbench/rules/{file}", rules.rule_page, methods=GET),
        Route("/workbench/rules/{file}", rules.save_rules, methods=POST),
    ]


def _to_start(request: Request) -> Response:
    return RedirectResponse(f"{base_of(request)}{WORKBENCH.home}")


def _to_faq(request: Request) -> Response:
    return RedirectResponse(f"{base_of(request)}{WORKBENCH.path}/facts/faq")


def _to_inbox(request: Request) -> Response:
    return RedirectResponse(f"{base_of(request)}{WORKBENCH.path}/inbox")
