"""The queue: its order, its filters, its search, who is on duty."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from bot.front.app import make_app
from tests.desk.running import Running, make_running
from tests.desk.test_signing_in import ZH, csrf, sign_in


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Running:
    """A desk on an evening with a dozen buyers."""
    running = make_running(tmp_path_factory.mktemp("queue"))
    running.play()
    return running


@pytest.fixture
def signed_in(desk: Running) -> Iterator[Callable[[str], TestClient]]:
    app = make_app(desk.front)

    def make(name: str) -> TestClient:
        browser = TestClient(app, headers=ZH, follow_redirects=False)
        sign_in(browser, name)
        return browser

    yield make


@pytest.fixture
def page(signed_in) -> Callable[[str], str]:
    browser = signed_in("小林")
    return lambda path: browser.get(path).text


def shown(desk: Running, html: str) -> list[str]:
    """The buyers whose rows stand on the page, in order."""
    names = {handoff: name for name, handoff in desk.handoffs.items()}
    return [names[handoff] for handoff in re.findall(r'id="handoff-(\w+)"', html)]


def row(desk: Running, html: str, name: str) -> str:
    (found,) = [one for one in html.split('<li class="row') if f"handoff-{desk.handoffs[name]}" in one]
    return found


def test_the_gravest_come_first_and_then_who_has_waited_longest(desk: Running, page) -> None:
    waiting = ["angry", "haggler", "cut", "english", "bulk", "parcel", "unknown"]
    order = [name for name in shown(desk, page("/desk/queue")) if name in waiting]
    assert order[0] == "angry"
    assert set(order[1:5]) == {"haggler", "cut", "english", "bulk"}
    assert order[5] == "parcel"
    since = {name: desk.front.handoffs.find(desk.handoffs[name])["waiting_since"] for name in order[1:5]}
    assert order[1:5] == sorted(order[1:5], key=since.__getitem__)


def test_those_with_a_person_stand_below_those_who_wait(desk: Running, page) -> None:
    order = shown(desk, page("/desk/queue"))
    assert set(order[-3:]) == {"bedding", "human", "refund"}
    assert "sold" not in order


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("show=mine", {"bedding", "human"}),
        ("show=closed", {"sold"}),
        ("show=waiting&queue=bulk", {"bulk"}),
        ("show=open&queue=refund", {"refund"}),
        ("show=mine&queue=bulk", set()),
        ("show=waiting&queue=tracking", {"parcel"}),
    ],
)
def test_the_filters(desk: Running, page, query: str, names: set[str]) -> None:
    assert set(shown(desk, page(f"/desk/queue?{query}"))) == names


def test_unknown_filters_show_what_is_open(desk: Running, page) -> None:
    assert len(shown(desk, page("/desk/queue?show=<script>"))) == 11
    assert "<script>alert" not in page("/desk/queue?q=<script>alert(1)</script>")


def test_a_wait_is_coloured_only_while_people_are_there(desk: Running, page) -> None:
    html = page("/desk/queue")
    assert 'data-colour="1"' in row(desk, html, "haggler")
    assert 'data-colour="0"' in row(desk, html, "parcel")
    assert "下班时间" in row(desk, html, "parcel")


def test_who_was_answered_waits_for_nothing(desk: Running, page) -> None:
    answered = row(desk, page("/desk/queue"), "bedding")
    assert "已回复" in answered and "data-since" not in answered


def test_a_row_tells_goods_and_offer_in_the_agents_language(desk: Running, page) -> None:
    haggler = row(desk, page("/desk/queue"), "haggler")
    assert "轻薄羽绒服 W05 黑色 M码 × 2" in haggler and "低 ¥138（18.7%）" in haggler
    haggler = row(desk, page("/desk/queue?lang=en"), "haggler")
    assert "light down jacket W05 black M × 2" in haggler and "¥138 below (18.7%)" in haggler
    assert "does it fit under a 40 cm shelf?" in row(desk, page("/desk/queue?lang=zh"), "english")


SEARCHES = [
    ("羽绒服", {"haggler"}),
    ("down jacket", {"haggler"}),
    ("W05", {"haggler"}),
    ("w05", {"haggler"}),
    ("13812345678", {"haggler"}),
    ("A5", {"cut"}),
    ("电热水壶", {"sold"}),
    ("steamer", {"bedding"}),
    ("2026112012345678", {"angry"}),
    ("羽绒服 帐篷", set()),
    ("%", set()),
    ("nothing of the kind", set()),
]


@pytest.mark.parametrize(("words", "names"), SEARCHES)
def test_search_finds_by_product_contact_and_order_also_what_is_closed(
    desk: Running, signed_in, words: str, names: set[str]
) -> None:
    html = signed_in("小林").get("/desk/queue", params={"q": words}).text
    assert set(shown(desk, html)) == names


def test_search_finds_a_buyer_by_the_number_on_the_pages(desk: Running, signed_in) -> None:
    conversation = desk.front.handoffs.find(desk.handoffs["bulk"])["conversation"]
    html = signed_in("小林").get("/desk/queue", params={"q": f"#{conversation[-6:]}"}).text
    assert shown(desk, html) == ["bulk"]


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [("2026-11-21", "2026-11-21", 12), ("2026-11-22", "", 0), ("", "2026-11-20", 0), ("soon", "2026-02-31", 11)],
)
def test_search_by_the_shops_day(desk: Running, page, since: str, until: str, count: int) -> None:
    assert len(shown(desk, page(f"/desk/queue?since={since}&until={until}"))) == count


def test_one_goes_on_duty_and_off_for_oneself(desk: Running, signed_in) -> None:
    browser = signed_in("阿明")
    duty = browser.get("/desk/queue").text.split('class="duty"')[1].split("</p>")[0]
    assert "小林" in duty and "阿明" not in duty
    assert browser.post("/desk/duty", data={"csrf": csrf(browser), "on": "1"}).status_code == 303
    assert "阿明" in browser.get("/desk/queue").text.split('class="duty"')[1].split("</p>")[0]
    assert browser.post("/desk/duty", data={"csrf": "x", "on": "0"}).status_code == 403
    browser.post("/desk/duty", data={"csrf": csrf(browser), "on": "0"})
    assert not desk.front.agents.find("阿明")["on_duty"]


def person(browser: TestClient, **fields: str):
    given = {"csrf": csrf(browser), "name": "小周", "password": "eight-or-more", "role": "agent"}
    return browser.post("/desk/people", data=given | fields)


def test_a_lead_adds_people_and_gives_new_passwords(desk: Running, signed_in) -> None:
    lead = signed_in("组长")
    assert person(lead).status_code == 303
    assert "小周" in lead.get("/desk/people").text
    newcomer = TestClient(lead.app, headers=ZH, follow_redirects=False)
    assert sign_in(newcomer, "小周", "eight-or-more").status_code == 303
    assert newcomer.get("/desk/queue").status_code == 200
    person(lead, password="another-password")
    assert newcomer.get("/desk/queue").status_code == 303, "the old session has ended"
    assert sign_in(newcomer, "小周", "another-password").status_code == 303


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "a" * 41},
        {"name": "<b>x</b>"},
        {"name": "queue:sales"},
        {"name": "x\x00y"},
        {"password": "short"},
        {"password": "x" * 201},
        {"role": "owner"},
        {"name": "组长"},
        {"csrf": "guessed"},
    ],
)
def test_a_person_who_cannot_be_saved_is_refused_in_words(desk: Running, signed_in, fields: dict[str, str]) -> None:
    before = [one["name"] for one in desk.front.agents.all()]
    answer = person(signed_in("组长"), **fields)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert [one["name"] for one in desk.front.agents.all()] == before
    assert desk.front.agents.find("组长")["role"] == "lead"


def test_an_agent_adds_nobody(desk: Running, signed_in) -> None:
    answer = person(signed_in("小林"), name="小吴")
    assert answer.status_code == 409
    assert desk.front.agents.find("小吴") is None


def test_what_could_not_be_sent_is_listed_and_tried_again(desk: Running, signed_in) -> None:
    from bot.core.notices import Notice

    now, outbox = desk.clock.now(), desk.front.outbox
    card = desk.front.handoffs.find(desk.handoffs["haggler"])["card"]
    outbox.add([Notice("群:opened:1", "售前群", "opened", {"card": card})], now)
    (row,) = outbox.due("售前群", now)
    outbox.refused([row["id"]], "errcode 310000 <b>sign not match</b>")
    browser = signed_in("小林")
    html = browser.get("/desk/unsent").text
    assert "售前群" in html and "被拒收" in html and "&lt;b&gt;sign not match" in html
    browser.post("/desk/unsent", data={"csrf": csrf(browser), "id": [str(row["id"]), "99", "x"]})
    assert [one["id"] for one in outbox.due("售前群", desk.clock.now())] == [row["id"]]
