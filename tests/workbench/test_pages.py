"""The content team's pages without a browser: who gets in, what is saved, what is refused, and what goes live."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html import unescape

import pytest
import requests

from bot.content.csv_text import read
from bot.core.content import Edit
from tests.desk.conftest import Client
from tests.workbench.conftest import Shop

ROW = "/workbench/facts/capabilities/row?k=L18&k=soy_milk"
CAPABILITIES = "shop/capabilities.csv"


def cells(shop: Shop, product: str = "L18", capability: str = "soy_milk") -> dict[str, str]:
    rows = read(shop.draft[CAPABILITIES]).rows
    return next(row.cells for row in rows if (row.cells["product"], row.cells["capability"]) == (product, capability))


def fields(page: requests.Response) -> dict[str, str]:
    """What the page's script-less form would send for each text field."""
    was = re.findall(r'name="(was:[^"]+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in was}


def changed(page: requests.Response, **new: str) -> dict[str, str]:
    return {**fields(page), **{f"is:{name}": value for name, value in new.items()}}


def text(response: requests.Response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.text)))


@pytest.mark.parametrize(("name", "status"), [("文案", 303), ("组长", 303), ("小林", 403)])
def test_content_people_and_leads_get_in_and_agents_do_not(
    shop: Shop, client: Callable[..., Client], name: str, status: int
) -> None:
    one = client()
    answer = one.act("/workbench/login", name=name, password="password-for-tests")
    assert answer.status_code == status
    inside = one.get(f"{shop.url}/workbench", allow_redirects=False, headers={"Accept": "text/html"})
    assert inside.status_code == (200 if status == 303 else 303)


def test_nobody_gets_in_without_signing_in(shop: Shop) -> None:
    answer = requests.get(f"{shop.url}/workbench/facts", allow_redirects=False, timeout=10)
    assert answer.headers["location"] == "/workbench/login?next=/workbench/facts"


def test_a_form_without_its_token_changes_nothing(shop: Shop, editor: Callable[..., Client]) -> None:
    one, before = editor(), cells(shop)
    answer = one.act(ROW, csrf="wrong", **changed(one.read(ROW), limit_zh="别的"))
    assert answer.status_code == 403
    assert "别的" in answer.text
    assert cells(shop) == before


def test_what_was_written_outlives_the_session(shop: Shop, editor: Callable[..., Client]) -> None:
    one = editor()
    seen = one.read(ROW)
    one.act("/workbench/logout")
    answer = one.act(ROW, **changed(seen, limit_zh="写了很久的一句"))
    assert answer.status_code == 401
    assert "写了很久的一句" in answer.text


def test_a_changed_fact_is_in_the_draft_and_not_in_the_file(shop: Shop, editor: Callable[..., Client]) -> None:
    one = editor()
    answer = one.act(ROW, **changed(one.read(ROW), limit_zh="它不能加热，打出来是生豆浆"))
    assert answer.status_code == 303
    assert cells(shop)["limit_zh"] == "它不能加热，打出来是生豆浆"
    assert "生豆浆" not in shop.file(CAPABILITIES)
    start = text(one.read("/workbench"))
    assert "料理机 L18 · 打豆浆" in start
    assert "不用训练" in start


def test_an_unchanged_form_changes_nothing(shop: Shop, editor: Callable[..., Client]) -> None:
    one = editor()
    page = one.read(ROW)
    same = {name.replace("was:", "is:"): value for name, value in fields(page).items()}
    assert one.act(ROW, **fields(page), **same).status_code == 303
    assert shop.bench.workbench.difference() == []


def test_a_published_fact_is_in_the_file_and_in_the_shop(shop: Shop, editor: Callable[..., Client]) -> None:
    one = editor()
    one.act(ROW, **changed(one.read(ROW), limit_zh="它不能加热"))
    assert one.act("/workbench/act/publish", remark="说清楚豆浆").status_code == 303
    ended = shop.bench.workbench.wait(60)
    assert ended.state == "done", ended
    assert "它不能加热" in shop.file(CAPABILITIES)
    until = time.monotonic() + 8
    while time.monotonic() < until and held(shop) != "它不能加热":
        time.sleep(0.2)
    assert held(shop) == "它不能加热"
    history = text(one.read("/workbench"))
    assert "说清楚豆浆" in history
    assert "退回到第 1 版" in history
    assert one.act("/workbench/act/back", number="1", remark="又说错了").status_code == 303
    assert shop.bench.workbench.wait(60).state == "done"
    assert "它不能加热" not in shop.file(CAPABILITIES)


def held(shop: Shop) -> str:
    return shop.running.front.shop.current().capabilities["L18", "soy_milk"].limit["zh"]


def test_two_hands_on_one_fact_see_both_texts_and_lose_nothing(shop: Shop, editor: Callable[..., Client]) -> None:
    mine, other = editor(), editor("组长")
    seen = mine.read(ROW)
    other.act(ROW, **changed(other.read(ROW), limit_zh="组长写的"))
    answer = mine.act(ROW, **changed(seen, limit_zh="文案写的", limit_en="mine too"))
    assert answer.status_code == 409
    for both in ("组长写的", "文案写的", "mine too"):
        assert both in text(answer) or both in unescape(answer.text)
    assert cells(shop)["limit_zh"] == "组长写的"
    kept = mine.act(ROW, **{**fields(answer), "is:limit_zh": "文案写的", "is:limit_en": "mine too"})
    assert kept.status_code == 303
    assert (cells(shop)["limit_zh"], cells(shop)["limit_en"]) == ("文案写的", "mine too")


def test_different_fields_of_one_fact_do_not_disturb_each_other(shop: Shop, editor: Callable[..., Client]) -> None:
    mine, other = editor(), editor("组长")
    seen = mine.read(ROW)
    other.act(ROW, **changed(other.read(ROW), limit_en="theirs"))
    assert mine.act(ROW, **changed(seen, limit_zh="我的")).status_code == 303
    assert (cells(shop)["limit_zh"], cells(shop)["limit_en"]) == ("我的", "theirs")


def test_a_wrong_value_is_refused_and_what_was_written_stays(shop: Shop, editor: Callable[..., Client]) -> None:
    one, path = editor(), "/workbench/facts/variants/row?k=L18-white"
    answer = one.act(path, **changed(one.read(path), list_price="便宜", stock="7"))
    assert answer.status_code == 422
    assert 'value="便宜"' in answer.text
    assert "标价" in text(answer)
    assert shop.bench.workbench.difference() == []


@pytest.mark.parametrize(
    ("file", "key", "column", "written", "wanted"),
    [
        (CAPABILITIES, '["L18","soy_milk"]', "limit_zh", "这是最好的", "error"),
        ("shop/variants.csv", '["L18-white"]', "list_price", "很多", "error"),
        ("shop/variants.csv", '["L18-white"]', "list_price", "199", None),
        ("shop/shipping.yml", '["cut_off"]', "", "4点", "error"),
        ("shop/shipping.yml", '["cut_off"]', "", "16:30", None),
        ("domain.yml", '["responses","utter_greet","0","text"]', "", "在的 {nobody}", "error"),
    ],
)
def test_a_text_is_checked_while_it_is_written(
    editor: Callable[..., Client], file: str, key: str, column: str, written: str, wanted: str | None
) -> None:
    answer = editor().act("/workbench/check", file=file, key=key, column=column, text=written)
    found = answer.json()["findings"]
    assert [one["severity"] for one in found if one["severity"] == "error"][:1] == ([wanted] if wanted else [])


def test_a_row_is_added_and_taken_out_and_that_is_taken_back(shop: Shop, editor: Callable[..., Client]) -> None:
    one, new = editor(), "/workbench/facts/faq/row"
    told = {
        "id": "cups",
        "question_zh": "有几个杯子",
        "question_en": "how many cups",
        "answer_zh": "两个",
        "answer_en": "two",
    }
    assert one.act(new, **{f"is:{name}": value for name, value in told.items()}).status_code == 303
    assert "有几个杯子" in shop.draft["shop/faq.csv"]
    again = one.act(new, **{f"is:{name}": value for name, value in told.items()})
    assert again.status_code == 422
    assert "已经有这一行了" in text(again)
    row = one.read("/workbench/facts/faq/row?k=cups")
    assert one.act("/workbench/facts/faq/remove?k=cups", **fields(row)).status_code == 303
    assert "有几个杯子" not in shop.draft["shop/faq.csv"]


def test_one_change_is_taken_back_alone(shop: Shop, editor: Callable[..., Client]) -> None:
    one = editor()
    one.act(ROW, **changed(one.read(ROW), limit_zh="一", limit_en="one"))
    revision = str(shop.bench.workbench.draft().revision)
    assert one.act("/workbench/act/take_back", edit="0", revision=revision).status_code == 303
    assert len(shop.bench.workbench.difference()) == 1
    assert one.act("/workbench/act/take_back", edit="0", revision=revision).status_code == 409


def test_a_fact_the_short_way(shop: Shop, editor: Callable[..., Client]) -> None:
    one = editor()
    told = {"is:product": "T500", "is:capability": "knead_dough", "is:verdict": "no", "is:limit_zh": "它是保温杯"}
    told |= {"is:limit_en": "it is a bottle"}
    assert one.act("/workbench/fact", **told, **{"is:instead": "M500"}).status_code == 303
    added = cells(shop, "T500", "knead_dough")
    assert (added["verdict"], added["limit_zh"], added["instead"]) == ("no", "它是保温杯", "M500")
    refused = one.act("/workbench/fact", **{**told, "is:capability": "soy_milk", "is:limit_zh": ""})
    assert refused.status_code == 422


def test_a_spreadsheet_is_shown_before_it_is_taken(shop: Shop, editor: Callable[..., Client]) -> None:
    one = editor()
    told = one.read("/workbench/sheets/capabilities.csv").content.decode("utf-8-sig")
    told = told.replace("它没有加热功能", "它不会加热").replace("L18,mince_meat,yes", "L18,mince_meat,perhaps")
    sent = one.post(
        f"{shop.url}/workbench/upload", data={"csrf": one.csrf}, files={"file": ("能不能.csv", told.encode())}
    )
    shown = text(sent)
    assert "会改 1 处" in shown
    assert "它不会加热" in shown
    assert "能不能 · 第 10 行" in shown
    assert shop.bench.workbench.difference() == []
    token = sent.url.rpartition("/")[2]
    assert one.act(f"/workbench/upload/{token}").status_code == 303
    assert cells(shop)["limit_zh"] == "它不会加热"


def test_a_workbook_comes_back_without_a_change(shop: Shop, editor: Callable[..., Client]) -> None:
    one = editor()
    book = one.read("/workbench/sheets.xlsx").content
    sent = one.post(f"{shop.url}/workbench/upload", data={"csrf": one.csrf}, files={"file": ("资料.xlsx", book)})
    assert "会改 0 处" in text(sent)


def test_an_upload_over_a_new_fact_is_compared_again(shop: Shop, editor: Callable[..., Client]) -> None:
    one = editor()
    told = "product,capability,limit_zh\nL18,soy_milk,从表格来的\n".encode()
    sent = one.post(f"{shop.url}/workbench/upload", data={"csrf": one.csrf}, files={"file": ("capabilities.csv", told)})
    other = editor("组长")
    other.act(ROW, **changed(other.read(ROW), limit_zh="组长写的"))
    answer = one.act(f"/workbench/upload/{sent.url.rpartition('/')[2]}")
    assert answer.status_code == 409
    assert "组长" in text(answer)
    assert cells(shop)["limit_zh"] == "组长写的"


def test_what_is_to_be_reviewed_is_listed_on_top(shop: Shop, editor: Callable[..., Client]) -> None:
    made = Edit(CAPABILITIES, ("L18", "soy_milk"), "review_by", "", "2026-01-31")
    shop.bench.workbench.save([made], "小周")
    for path in ("/workbench/facts", "/workbench/facts/capabilities"):
        assert "该复核的 2026-01-31 料理机 L18 · 打豆浆" in text(editor().read(path))


def test_a_reply_is_changed_with_its_variants(shop: Shop, editor: Callable[..., Client]) -> None:
    one, path = editor(), "/workbench/words/utter_promotion_gift"
    page = one.read(path)
    assert "买厨师机 M500 送打蛋器" in text(page)
    assert one.act(path, **changed(page, **{"0": "{name} 现在送{gift}"})).status_code == 303
    assert "{name} 现在送{gift}" in shop.draft["domain.yml"]
    assert one.act(path, act="drop:0").status_code == 409
    assert one.act(path, act="add:zh").status_code == 303
    assert one.act(path, act="drop:1").status_code == 303
    assert "先训练" in text(one.read("/workbench"))
    refused = one.act("/workbench/act/publish", remark="话术")
    assert refused.status_code == 409
    assert "先训练再发布" in text(refused)


def test_a_rule_is_changed_where_it_stands(shop: Shop, editor: Callable[..., Client]) -> None:
    one, path = editor(), "/workbench/rules/shipping"
    page = one.read(path)
    new = {"cut_off": "17:00", "postage/free_from": "69", "arrival/0/days": "1–3"}
    assert one.act(path, **changed(page, **new)).status_code == 303
    changes = {(edit.key, edit.after if isinstance(edit.after, str) else tuple(edit.after.values()))
               for edit in shop.bench.workbench.difference()}  # fmt: skip
    assert changes == {
        (("cut_off",), "17:00"),
        (("postage", "free_from"), "69"),
        (("arrival", "0", "days"), ("1", "3")),
    }
    assert one.act(path, **changed(one.read(path), cut_off="半夜")).status_code == 422


def test_an_entry_of_a_list_is_added_like_the_last_and_taken_out(shop: Shop, editor: Callable[..., Client]) -> None:
    one, path, named = editor(), "/workbench/rules/shipping", "new:postage/by_province"
    assert one.act(path, add="couriers").status_code == 303
    assert one.act(path, add="postage/by_province", **{named: "63"}).status_code == 303
    assert shop.draft["shop/shipping.yml"].count("id: sf,") == 2
    assert '"63": 15' in shop.draft["shop/shipping.yml"]
    assert one.act(path, add="postage/by_province", **{named: "63"}).status_code == 422
    assert one.act(path, drop="couriers/3").status_code == 303
    assert one.act(path, drop="postage/by_province/63").status_code == 303
    assert shop.bench.workbench.difference() == []


@pytest.mark.parametrize(
    "path", ["policies", "hours", "offers", "shop", "handover", "desk", "telling", "card", "digest", "checks"]
)
def test_every_file_of_rules_is_a_form_that_changes_nothing_by_itself(
    shop: Shop, editor: Callable[..., Client], path: str
) -> None:
    one = editor()
    page = one.read(f"/workbench/rules/{path}")
    assert page.status_code == 200
    same = {name.replace("was:", "is:"): value for name, value in fields(page).items()}
    assert one.act(f"/workbench/rules/{path}", **fields(page), **same).status_code == 303
    assert shop.bench.workbench.difference() == []


def test_only_a_lead_passes_closed_gates(shop: Shop, editor: Callable[..., Client]) -> None:
    one = editor()
    one.act(ROW, **changed(one.read(ROW), limit_zh="这是最好的"))
    one.act("/workbench/act/publish", remark="试", **{"pass": "1", "passing": "我说行"})
    ended = shop.bench.workbench.wait(90)
    assert ended.state == "failed"
    assert "没有过关" in ended.why["zh"]
    assert "最好的" not in shop.file(CAPABILITIES)
