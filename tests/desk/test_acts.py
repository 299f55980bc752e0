"""What agents do through the desk, and that what is not possible is refused in words and changes nothing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from bot.core.handoff import Refused
from bot.desk.rendering import LANGUAGES, explained
from bot.front.app import make_app
from tests.desk.running import Running, picture
from tests.desk.test_signing_in import ZH, csrf, sign_in

JSON = {"accept": "application/json"}
CODES = [
    *re.findall(r"`(\w+)`", (Refused.__doc__ or "").split("`code`:")[1].replace("(by `agent`)", "")),
    "note_missing", "no_such_picture", "page_too_old", "session",
]  # fmt: skip


class Page:
    """One agent's page of one handoff."""

    def __init__(self, running: Running, browser: TestClient, handoff: str):
        self.running, self.browser, self.handoff = running, browser, handoff

    def act(self, name: str, **fields):
        data = {"csrf": csrf(self.browser), **fields}
        return self.browser.post(f"/desk/handoffs/{self.handoff}/{name}", data=data, headers=JSON)

    def reply(self, text: str, message_id: str | None = None, **fields):
        return self.act("reply", text=text, message_id=message_id or uuid.uuid4().hex, **fields)

    def upload(self, body: bytes, token: str | None = None):
        headers = {**JSON, "x-csrf": token or csrf(self.browser)}
        return self.browser.post(f"/desk/handoffs/{self.handoff}/chat/pictures", content=body, headers=headers)

    def html(self) -> str:
        return self.browser.get(f"/desk/handoffs/{self.handoff}").text

    @property
    def kept(self) -> dict:
        return self.running.front.handoffs.find(self.handoff)

    def said(self) -> list[str]:
        thread = self.running.front.store.thread(self.kept["conversation"])
        return [message["text"] for message in thread if message["sender"] == "agent"]


@pytest.fixture
def page(running: Running) -> Iterator[Callable[..., Page]]:
    """`page("小林", handoff)`; without a handoff, of a new buyer who waits."""
    app = make_app(running.front)

    def make(name: str, handoff: str | None = None) -> Page:
        browser = TestClient(app, headers=ZH, follow_redirects=False)
        sign_in(browser, name)
        return Page(running, browser, handoff or running.wait()[1])

    yield make


def code(answer) -> str:
    assert answer.status_code == 409, answer.text
    error = answer.json()["error"]
    assert set(error["message"]) == {"zh", "en"}
    return error["code"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("agent", [None, "小林"])
def test_every_refusal_is_a_sentence_in_both_languages(code: str, agent: str | None) -> None:
    for language in LANGUAGES:
        said = explained(code, agent, language)
        assert len(said) > 4 and "{" not in said


def test_of_two_who_claim_one_is_told_by_whom(page) -> None:
    first = page("小林")
    second = page("阿明", first.handoff)
    assert first.act("claim").json() == {"done": "claim"}
    answer = second.act("claim")
    assert code(answer) == "taken"
    assert "小林 已经接了" in answer.json()["error"]["message"]["zh"]
    assert first.act("claim").status_code == 200, "one's own again changes nothing"


def test_an_act_without_the_forms_token_is_refused(page) -> None:
    mine = page("小林")
    for token in ("", "guessed"):
        assert code(mine.act("claim", csrf=token)) == "page_too_old"
    assert mine.kept["state"] == "waiting"


def test_a_reply_reaches_the_buyer_once_however_often_it_is_sent(page) -> None:
    mine = page("小林")
    mine.act("claim")
    for _ in range(3):
        assert mine.reply("您好", "0" * 32).status_code == 200
    assert mine.said() == ["您好"]


@pytest.mark.parametrize(
    ("text", "message_id", "wanted"),
    [
        ("", None, "nothing_said"),
        (" \n\t", None, "nothing_said"),
        ("啊" * 2001, None, "too_long"),
        ("您好", "x", "page_too_old"),
        ("您好", "../../etc/passwd", "page_too_old"),
        ("您好", "a" * 65, "page_too_old"),
    ],
)
def test_a_reply_that_cannot_be_sent(page, text: str, message_id: str | None, wanted: str) -> None:
    mine = page("小林")
    mine.act("claim")
    assert code(mine.reply(text, message_id)) == wanted
    assert mine.said() == []


def test_only_whose_it_is_may_reply_and_type(page) -> None:
    mine = page("小林")
    other = page("阿明", mine.handoff)
    assert code(mine.reply("您好")) == "not_claimed"
    mine.act("claim")
    assert code(other.reply("您好")) == "not_yours"
    assert code(other.act("typing")) == "not_yours"
    assert mine.act("typing").status_code == 200
    live = mine.running.front.live
    assert live.typing_until(mine.kept["conversation"], "agent") > 0
    mine.reply("您好")
    assert live.typing_until(mine.kept["conversation"], "agent") == 0


def test_what_an_agent_writes_is_only_text(page) -> None:
    mine = page("小林")
    mine.act("claim")
    mine.reply("<script>alert(1)</script>\x00\ud83d".encode("utf-8", "replace").decode())
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in mine.html()
    assert "<script>alert" not in mine.html()


def test_an_agents_picture_goes_with_the_reply(page) -> None:
    mine = page("小林")
    mine.act("claim")
    added = mine.upload(picture()).json()
    assert mine.reply("", pictures=[added["id"]]).status_code == 200
    sent = mine.running.front.store.thread(mine.kept["conversation"])[-1]
    assert sent["attachments"] == [{"id": added["id"], "url": f"pictures/{added['id']}"}]
    assert mine.browser.get(added["url"]).headers["content-type"] == "image/jpeg"


def test_a_picture_that_is_none_or_too_large_or_anothers_is_refused(page) -> None:
    mine = page("小林")
    mine.act("claim")
    assert mine.upload(b"%PDF-1.4").status_code == 415
    assert mine.upload(b"\xff\xd8" + b"\0" * 9_000_000).status_code == 413
    assert code(mine.upload(picture(), "guessed")) == "page_too_old"
    assert code(page("阿明", mine.handoff).upload(picture())) == "not_yours"
    elsewhere = page("小林")
    elsewhere.act("claim")
    other = elsewhere.upload(picture()).json()["id"]
    assert code(mine.reply("看", pictures=[other])) == "no_such_picture"
    assert code(mine.reply("看", pictures=["../secret"])) == "no_such_picture"
    many = [mine.upload(picture()).json()["id"] for _ in range(5)]
    assert code(mine.reply("看", pictures=many)) == "no_such_picture"


def test_passed_on_with_a_remark_to_an_agent(page) -> None:
    mine = page("小林")
    mine.act("claim")
    assert mine.act("pass_on", to="agent:阿明", remark="要开<发票>").status_code == 200
    assert (mine.kept["state"], mine.kept["agent"]) == ("claimed", "阿明")
    assert "要开&lt;发票&gt;" in page("阿明", mine.handoff).html()
    assert code(mine.reply("您好")) == "not_yours"


def test_passed_on_to_a_queue_it_waits_there(page) -> None:
    mine = page("小林")
    mine.act("claim")
    assert mine.act("pass_on", to="queue:bulk").status_code == 200
    assert (mine.kept["state"], mine.kept["queue"]) == ("waiting", "bulk")


@pytest.mark.parametrize(
    ("to", "wanted"),
    [
        ("", "no_such_queue"),
        ("queue:nowhere", "no_such_queue"),
        ("agent:nobody", "no_such_agent"),
        ("agent:文案", "no_such_agent"),
        ("sales", "no_such_queue"),
    ],
)
def test_it_is_passed_on_only_to_who_can_take_it(page, to: str, wanted: str) -> None:
    mine = page("小林")
    mine.act("claim")
    assert code(mine.act("pass_on", to=to)) == wanted
    assert mine.kept["agent"] == "小林"


def test_a_remark_has_an_end(page) -> None:
    mine = page("小林")
    mine.act("claim")
    assert code(mine.act("pass_on", to="agent:阿明", remark="长" * 301)) == "too_long"


def test_a_lead_takes_over_and_an_agent_does_not(page) -> None:
    mine = page("小林")
    mine.act("claim")
    assert code(page("阿明", mine.handoff).act("take_over")) == "leads_only"
    assert page("组长", mine.handoff).act("take_over").status_code == 200
    assert mine.kept["agent"] == "组长"


def test_given_back_the_bot_answers_again(page) -> None:
    mine = page("小林")
    mine.act("claim")
    assert mine.act("give_back").status_code == 200
    assert mine.running.front.store.state(mine.kept["conversation"]) == "bot"


ENDINGS = [
    ({}, "outcome_missing"),
    ({"outcome": "idle"}, "outcome_missing"),
    ({"outcome": "sold"}, "amount_missing"),
    ({"outcome": "sold", "amount": "六百"}, "amount_missing"),
    ({"outcome": "lost"}, "reason_missing"),
    ({"outcome": "lost", "reason_settled": "answered"}, "reason_missing"),
    ({"outcome": "lost", "reason_lost": "other"}, "note_missing"),
    ({"outcome": "lost", "reason_lost": "price", "note": "长" * 501}, "note_too_long"),
]


@pytest.mark.parametrize(("fields", "wanted"), ENDINGS)
def test_an_ending_that_says_too_little_is_refused(page, fields: dict, wanted: str) -> None:
    mine = page("小林")
    mine.act("claim")
    assert code(mine.act("close", **fields)) == wanted
    assert mine.kept["state"] == "claimed"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"outcome": "sold", "amount": "¥1,280.5"}, "成交：¥1280.50"),
        ({"outcome": "lost", "reason_lost": "price", "reason_settled": "answered"}, "没成：价格没谈拢"),
        ({"outcome": "lost", "reason_lost": "other", "note": "嫌远"}, "没成：其他（请写备注） · 嫌远"),
        ({"outcome": "settled", "reason_settled": "answered"}, "办好了：问题已解答"),
    ],
)
def test_closed_with_its_outcome(page, fields: dict, words: str) -> None:
    mine = page("小林")
    mine.act("claim")
    assert mine.act("close", **fields).status_code == 200
    assert words in mine.html()
    for act in ("claim", "close", "give_back"):
        assert code(mine.act(act, **fields)) == "closed"
    assert code(mine.reply("您好")) == "closed"


def test_it_is_not_closed_over_words_that_the_page_has_not_shown(page) -> None:
    mine = page("小林")
    mine.act("claim")
    conversation = mine.kept["conversation"]
    seen = mine.running.front.store.last_number(conversation)
    mine.reply("还需要别的吗")
    mine.running.say(conversation, "等等，我再要一件")
    fields = {"outcome": "settled", "reason_settled": "answered"}
    assert code(mine.act("close", seen=str(seen), **fields)) == "stale"
    assert code(mine.act("give_back", seen=str(seen))) == "stale"
    seen = mine.running.front.store.last_number(conversation)
    assert mine.act("close", seen=str(seen), **fields).status_code == 200


def test_a_closed_card_leads_to_the_one_that_is_open_now(page) -> None:
    mine = page("小林")
    mine.act("claim")
    mine.act("close", outcome="settled", reason_settled="answered")
    mine.running.say(mine.kept["conversation"], "我又来了，转人工")
    now = mine.running.front.store.situation(mine.kept["conversation"]).handoff
    assert f"/desk/handoffs/{now['id']}" in mine.html()


# --- without a script ----------------------------------------------------------------------------------------------


def test_a_page_without_its_script_works_too(page) -> None:
    mine = page("小林")
    address = f"/desk/handoffs/{mine.handoff}"
    token = {"csrf": csrf(mine.browser)}
    done = mine.browser.post(f"{address}/claim", data=token)
    assert (done.status_code, done.headers["location"]) == (303, f"{address}#text")
    form_id = re.search(r'name="message_id" value="(\w+)" form="reply"', mine.html())
    assert form_id
    for _ in range(2):
        sent = mine.browser.post(f"{address}/reply", data={**token, "text": "您好", "message_id": form_id[1]})
        assert sent.status_code == 303
    assert mine.said() == ["您好"]
    refused = mine.browser.post(f"{address}/close", data={**token, "outcome": "sold"})
    assert refused.status_code == 409
    assert "请填成交金额" in refused.text and mine.handoff in refused.text


@pytest.mark.parametrize("path", ["/desk/handoffs/none", "/desk/handoffs/%00"])
def test_a_handoff_that_does_not_exist_is_not_found(page, path: str) -> None:
    assert page("小林").browser.get(path).status_code == 404


def test_an_act_that_does_not_exist_is_not_found(page) -> None:
    assert page("小林").act("destroy").status_code == 404


def test_contacts_are_masked_but_on_the_card(page, running: Running) -> None:
    from tests.desk.buyers import HAGGLER

    _, handoff = running.wait(HAGGLER.lines[3].text)
    html = page("小林", handoff).html()
    transcript = html.split('id="transcript"')[1].split("</ol>")[0]
    assert "138****5678" in transcript and "13812345678" not in transcript
    assert "13812345678" in html.split('id="card"')[1]
