"""The handoff bench: its scoring can fail, and tells where."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bench import handoff
from bench.asked_again import TABLE, asked_again, known
from bench.handoff import DIALOGUES, Played, as_report, met, play, score
from bench.handoff_gold import WANT, Dialogue, Gold, Line, make_gold, read_dialogues
from bench.handoff_scores import count_all, judge
from bench.rows import InputError
from bot.adapters.shop_files import load_shop
from bot.settings import ROOT
from tests.bench.cards import card_of

SHOP = load_shop(ROOT / "shop")
ALL = read_dialogues(DIALOGUES)
TELLS_NOTHING = make_gold({}, "test")

GOLD = make_gold(
    {
        "reason": "negotiate_price", "queue": "sales", "priority": "high", "promised": "现在",
        "wants": [
            {"product": "W05", "colour": "black", "size": "M", "quantity": 2, "list_price": "369.00"},
            {"product": "W05", "colour": "beige", "size": "L", "quantity": 1, "list_price": "369.00"},
        ],
        "about": "L18", "order": "260119553820174466",
        "offer": {"kind": "price", "amount": "1000.00", "per": "piece|order", "list_total": "1107.00"},
        "destination": "江苏苏州昆山", "needed_by": "2026-11-27", "height_cm": 165, "weight_kg": 52, "household": 3,
        "contact": "13926001188", "mood": "angry", "cares_about": ["price", "delivery"], "notes": ["送人", "加急"],
        "pictures": ["https://img.example/a.jpg"],
        "questions": ["ask_size answered M", "ask_spec|ask_capability unknown", "negotiate_price open"],
    },
    "test",
)  # fmt: skip


def changed(path: str, value: Any) -> dict[str, Any]:
    """The right card with one thing changed: `wants.0.size`, `buyer.contact`."""
    card = card_of(GOLD)
    place: Any = card
    *way, last = path.split(".")
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value
    return card


def faults(card: dict[str, Any] | None, gold: Gold = GOLD, may: Gold = TELLS_NOTHING) -> list[str]:
    return [str(one) for one in judge(gold, card, may, "zh") if not one.right]


def dialogue(gold: Gold = GOLD, state: str = "waiting") -> Dialogue:
    return Dialogue("a chat", "zh_test", (Line("在吗"),), gold, TELLS_NOTHING, None, state)


# --- the scoring can fail -----------------------------------------------------------------------------------------


def test_the_right_card_has_no_fault_and_every_value_counts() -> None:
    total = count_all(judge(GOLD, card_of(GOLD), TELLS_NOTHING, "zh"))
    assert faults(card_of(GOLD)) == []
    assert total.recall == total.precision == 1.0 and total.gold == total.found == 40


def test_without_a_card_everything_is_missing() -> None:
    total = count_all(judge(GOLD, None, TELLS_NOTHING, "zh"))
    assert (total.recall, total.found) == (0.0, 0)


MISSING = [
    ("wants.0.size", "wants.size"), ("wants.1.colour", "wants.colour"), ("wants.0.quantity", "wants.quantity"),
    ("wants.0.list_price", "wants.list_price"), ("about", "about"), ("order", "order"), ("destination", "destination"),
    ("needed_by", "needed_by"), ("buyer.height_cm", "height_cm"), ("buyer.weight_kg", "weight_kg"),
    ("buyer.household", "household"), ("buyer.contact", "contact"), ("offer.amount", "offer.amount"),
    ("offer.list_total", "offer.list_total"), ("questions.0.told", "questions.told"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "field"), MISSING, ids=[row[0] for row in MISSING])
def test_a_missing_value_lowers_recall_alone_and_is_named(path: str, field: str) -> None:
    judged = judge(GOLD, changed(path, None), TELLS_NOTHING, "zh")
    (wrong,) = [one for one in judged if not one.right]
    assert wrong.field == field and "is missing" in str(wrong)
    assert count_all(judged).recall < 1.0 and count_all(judged).precision == 1.0


WRONG = [
    ("reason", "purchase_intent", "reason"), ("queue", "bulk", "queue"), ("priority", "normal", "priority"),
    ("language", "en", "language"), ("promised", "人工客服明早 9:00 上班", "promised"),
    ("wants.0.size", "L", "wants.size"), ("wants.1.colour", "pink", "wants.colour"), ("wants.0.quantity", 3, "wants.quantity"),
    ("about", {"product": "Y915", "name": ""}, "about"), ("order", "260119553820174467", "order"),
    ("offer.kind", "reduction", "offer.kind"), ("offer.amount", "100.00", "offer.amount"),
    ("destination", "江苏苏州", "destination"), ("needed_by.date", "2026-11-20", "needed_by"),
    ("needed_by.date", None, "needed_by"), ("buyer.height_cm", 164, "height_cm"), ("buyer.contact", "13926001189", "contact"),
    ("questions.1.state", "answered", "questions.state"), ("questions.0.told", "L", "questions.told"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "field"), WRONG, ids=[f"{row[0]} {row[1]}" for row in WRONG])
def test_a_wrong_value_lowers_both_and_names_what_stands_there(path: str, value: Any, field: str) -> None:
    judged = judge(GOLD, changed(path, value), TELLS_NOTHING, "zh")
    (wrong,) = [one for one in judged if not one.right]
    assert wrong.field == field and "stands there, not" in str(wrong)
    assert count_all(judged).recall < 1.0 and count_all(judged).precision < 1.0


QUESTION = {"label": "ask_stock", "text": "还有吗", "state": "answered", "told": None, "as_of": None}
TOO_MANY = [
    ("wants", {**{part: None for part in WANT}, "product": "T500"}, "wants.product: T500 is one too many"),
    ("wants", card_of(GOLD)["wants"][0], "wants.product: W05 is one too many"),
    ("notes", "便宜点呗", "notes: 便宜点呗 is one too many"),
    ("cares_about", "warmth", "cares_about: warmth is one too many"),
    ("cares_about", "price", "cares_about: price is one too many"),
    ("pictures", "https://img.example/b.jpg", "pictures: https://img.example/b.jpg is one too many"),
    ("questions", QUESTION, "questions: ask_stock (还有吗) is one too many"),
    ("questions", {**QUESTION, "label": "ask_size"}, "questions: ask_size (还有吗) is one too many"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "one", "fault"), TOO_MANY, ids=[row[2] for row in TOO_MANY])
def test_one_too_many_lowers_precision_alone(name: str, one: Any, fault: str) -> None:
    card = card_of(GOLD)
    card[name] = [*card[name], one]
    judged = judge(GOLD, card, TELLS_NOTHING, "zh")
    assert fault in faults(card)
    assert count_all(judged).recall == 1.0 and count_all(judged).precision < 1.0


@pytest.mark.parametrize("field", ["contact", "destination", "offer", "needed_by", "mood", "about"])
def test_a_value_that_nobody_said_is_one_too_many(field: str) -> None:
    said = make_gold({"reason": "request_human", "queue": "sales", "priority": "normal", "promised": "现在"}, "test")
    card = card_of(said)
    place = card["buyer"] if field == "contact" else card
    place[field] = card_of(GOLD)["buyer"]["contact"] if field == "contact" else card_of(GOLD)[field]
    assert faults(card, said) and all("one too many" in fault for fault in faults(card, said))


def test_another_product_counts_for_nothing_of_what_was_wanted() -> None:
    found = faults(changed("wants.0.product", "U21"))
    assert "wants.product: W05 is missing" in found and "wants.product: U21 is one too many" in found
    assert "wants.size: M is missing" in found and "wants.size: M is one too many" in found


# --- what is no fault ---------------------------------------------------------------------------------------------


def test_lines_of_what_is_wanted_are_compared_whatever_their_order() -> None:
    card = card_of(GOLD)
    card["wants"].reverse()
    assert faults(card) == []


SAME = [
    ("destination", "江蘇省 蘇州市 昆山市"), ("buyer.contact", "139 2600-1188"), ("buyer.height_cm", 165.1),
    ("offer.per", "order"), ("questions.1.label", "ask_capability"), ("questions.0.told", "M码"),
    ("notes", ["加急！送人的"]), ("promised", "人工客服现在在线"), ("cares_about", ["delivery", "price"]),
    ("cares_about", ["price", "delivery", "quiet"]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), SAME, ids=[f"{row[0]} {row[1]}" for row in SAME])
def test_the_same_value_in_other_words_is_right(path: str, value: Any) -> None:
    assert faults(changed(path, value)) == []


def test_english_places_are_the_same_in_any_order_and_no_others_are() -> None:
    pudong = make_gold({"destination": "Pudong, Shanghai"}, "test")
    for place, right in (("shanghai pudong", True), ("Shanghai, Pudong District", True), ("Shanghai", False)):
        (judged,) = [
            one for one in judge(pudong, {"destination": place}, TELLS_NOTHING, "en") if one.field == "destination"
        ]
        assert judged.right == right


def test_what_may_stand_there_is_neither_missing_nor_too_many() -> None:
    may = make_gold(
        {"offer": {"kind": "price", "amount": "139.00"}, "notes": ["周五"], "cares_about": ["gift"]}, "test"
    )
    said = make_gold({"reason": "purchase_intent", "queue": "sales", "priority": "high", "promised": "现在"}, "test")
    card = card_of(said) | {"notes": ["周五前要"], "cares_about": ["gift"]}
    card["offer"] = {"kind": "price", "amount": "139.00", "per": None, "list_total": None, "words": ""}
    assert faults(card, said, may) == [] and faults(card_of(said), said, may) == []
    card["offer"]["amount"] = "193.00"
    assert faults(card, said, may) == ["offer.amount: 193.00 is one too many"]


def test_who_only_asked_may_care_or_not() -> None:
    asked = make_gold({"questions": ["ask_price answered", "ask_shipping_time answered"]}, "test")
    assert {"price", "delivery", "gift"} - {
        str(one.found) for one in judge(asked, {"cares_about": ["price", "delivery", "gift"]}, TELLS_NOTHING, "zh")
    } == {"price", "delivery"}


# --- questions ----------------------------------------------------------------------------------------------------


def questions(gold: list[str], *found: str) -> list[str]:
    """The faults of a card's questions, each given as `label state`."""
    card = {"questions": [dict(zip(("label", "state"), one.split()), text="", told=None) for one in found]}
    judged = judge(make_gold({"questions": gold}, "test"), card, TELLS_NOTHING, "zh")
    return [str(one) for one in judged if not one.right and one.field == "questions"]


def test_a_question_that_stands_twice_is_one_too_many() -> None:
    assert questions(["ask_price answered"], "ask_price answered", "ask_price answered") == [
        "questions: ask_price () is one too many"
    ]


def test_questions_stand_in_the_order_asked() -> None:
    both = ["ask_price answered", "ask_stock answered"]
    assert questions(both, *both) == []
    assert len(questions(both, *reversed(both))) == 2


def test_a_matter_for_a_person_may_be_come_back_to_but_not_made_up() -> None:
    assert questions(["purchase_intent open"], "purchase_intent open", "purchase_intent open") == []
    assert questions(["purchase_intent open"], "purchase_intent open", "order_note open") == [
        "questions: order_note () is one too many"
    ]


def test_a_question_in_parentheses_need_not_stand_there_and_any_is_any() -> None:
    gold = ["(ask_price) any", "negotiate_price open", "(any) any"]
    assert questions(gold, "negotiate_price open") == []
    assert questions(gold, "ask_price open", "negotiate_price open", "inform answered") == []
    assert questions(gold, "ask_price open", "ask_size open", "negotiate_price open") != []


# --- asking again -------------------------------------------------------------------------------------------------

ASKS = {
    "product": ("请问您看中的是哪一款呀～", "Which product would you like?"),
    "colour": ("您要什么颜色的呢", "Could you tell me the colour you prefer?"),
    "size": ("麻烦告诉我尺码，我帮您下单", "I just need to know your size."),
    "quantity": ("您需要几件呢？", "How many do you need?"),
    "destination": ("方便留一下收货地址吗", "Where should we send it?"),
    "needed_by": ("您什么时候要用呀", "When do you need it?"),
    "contact": ("我再跟您要一下联系方式～", "I'll ask you for a phone number in a moment."),
    "order": ("订单号发我一下哦", "Please send me your order number."),
    "height_cm": ("身高方便说下吗", "How tall are you?"),
    "weight_kg": ("我先跟您确认一下体重", "Could you share your weight?"),
    "household": ("平时家里几口人吃饭？", "How many people is it for?"),
}
FINE = {
    "zh": ["亲，您说的“黑色M什么颜色都行 请问地址写哪”我看到了，我这就帮您看看能怎么安排～", "亲，您要的轻薄羽绒服 W05 黑色 M码 × 2我看到了，马上帮您处理～", "您的订单号和电话我都看到了，这就去查物流～",
           "地址和尺码都记好了，还有别的需要吗？", "按您说的身高体重，M 码正合适，周五前能不能到我去问仓库"],
    "en": ["Hi, I can see you'd like light down jacket W05 black M × 2; I'll sort it out for you now.",
           "I have your order number and your phone, and I'm checking the parcel now.",
           "The address and size are noted. Is there anything else?", "It goes to Lhasa; I'll see what I can do about the postage."],
}  # fmt: skip


@pytest.mark.parametrize("field", TABLE)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_reply_that_asks_for_what_is_known_is_counted(field: str, language: str) -> None:
    reply = ASKS[field][language == "en"]
    assert asked_again(reply, language, [field]) == [field]
    assert asked_again(reply, language, [other for other in TABLE if other != field]) == []


@pytest.mark.parametrize(("language", "reply"), [(language, reply) for language in FINE for reply in FINE[language]])
def test_a_reply_that_tells_what_is_known_asks_nothing(language: str, reply: str) -> None:
    assert asked_again(reply, language, list(TABLE)) == []


KNOWN = [
    ({"wants": [{"product": "W05", "colour": "black", "size": "M", "quantity": 2}]}, ["product", "quantity", "colour", "size"]),
    ({"wants": [{"product": "W05", "colour": "black"}]}, ["product", "colour"]),
    ({"wants": [{"product": "W05", "size": "M", "quantity": 1}, {"product": "L18", "quantity": 1}]}, ["product", "quantity", "size"]),
    ({"wants": [{"product": "W05", "size": "M"}, {"product": "J01"}]}, ["product"]),
    ({"about": "L18", "order": "260119553820174466"}, ["order", "product"]),
    ({"contact": "13926001188", "destination": "杭州"}, ["destination", "contact"]),
]  # fmt: skip


@pytest.mark.parametrize(("said", "fields"), KNOWN)
def test_known_is_what_was_said_of_everything_that_is_wanted(said: dict, fields: list[str]) -> None:
    assert known(make_gold(said, "test"), SHOP) == fields


# --- the whole of it ----------------------------------------------------------------------------------------------


def test_the_targets_are_missed_by_a_value_too_many_a_question_again_and_a_wrong_state() -> None:
    right = card_of(GOLD)
    odd = {**right, "cares_about": ["price", "delivery", "gift"]}
    asks = {**right, "suggested_reply": "请问您的收货地址是？"}
    ended = [Played(right, "waiting"), Played(odd, "waiting"), Played(asks, "waiting"), Played(right, "bot")]
    scored = [score(dialogue(), played, SHOP) for played in ended]
    assert [met([one]) for one in scored] == [True, False, False, False]
    assert [one.faults for one in scored[1:]] == [
        ["cares_about: gift is one too many"],
        ["suggested_reply: asks again for destination"],
        ["state: ended bot, not waiting"],
    ]


def test_the_targets_leave_room_for_a_few_missing_values() -> None:
    card = deepcopy(card_of(GOLD))
    card["order"] = None
    assert met([score(dialogue(), Played(card, "waiting"), SHOP)])
    card["contact"], card["needed_by"], card["destination"] = None, None, None
    assert not met([score(dialogue(), Played(card, "waiting"), SHOP)])


def test_the_report_names_each_fault_by_dialogue_and_field() -> None:
    scored = [score(dialogue(), Played(changed("wants.0.size", "L"), "waiting"), SHOP)]
    report = as_report(scored)
    assert "zh_test: a chat\n    wants.size: L stands there, not M" in report
    assert re.search(r"wants\.size +2 +2 +1 +0\.500 +0\.500", report)
    assert re.search(r"all +40 +40 +39 +0\.975 +0\.975", report) and "asked again: 0" in report


class Answers:
    """A stand-in for the running system: it keeps what it was sent."""

    def __init__(self, *bodies: dict[str, Any], status: int = 200):
        self.bodies, self.status = list(bodies), status
        self.clock: list[str] = []
        self.sent: list[Any] = []

    def set_clock(self, moment: str) -> None:
        self.clock.append(moment)

    def post(self, body: object) -> Any:
        self.sent.append(body)
        answer, status = self.bodies[len(self.sent) - 1], self.status
        return type("Response", (), {"status_code": status, "text": "no", "json": lambda _: answer})()


def test_a_dialogue_is_played_in_one_conversation_with_its_clock_and_pictures() -> None:
    lines = (Line("坏了", None, ("https://img.example/a.jpg",)), Line("算了", "2026-11-22T10:00:00+08:00"))
    desk = Answers({"handoff": {"reason": "x"}, "state": "waiting"}, {"handoff": None, "state": "bot"})
    played = play(Dialogue("a", "zh_test", lines, GOLD, TELLS_NOTHING), desk, "2026-11-21T21:04:00+08:00")
    assert played == Played(None, "bot")
    assert desk.clock == ["2026-11-21T21:04:00+08:00", "2026-11-22T10:00:00+08:00"]
    assert [(one["text"], one["attachments"]) for one in desk.sent] == [
        ("坏了", ["https://img.example/a.jpg"]),
        ("算了", []),
    ]
    assert len({one["conversation"] for one in desk.sent}) == 1 and len({one["message_id"] for one in desk.sent}) == 2


def test_a_message_without_an_answer_ends_it_and_names_the_dialogue() -> None:
    with pytest.raises(InputError, match="zh_test: a chat: “在吗” was answered with 503"):
        play(dialogue(), Answers({}, status=503), "2026-11-21T21:04:00+08:00")


def test_the_command_ends_with_zero_only_where_the_targets_are_met(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    right = [Played(card_of(one.gold, one.language), one.state) for one in ALL]
    monkeypatch.setattr(handoff, "play_all", lambda _: right)
    assert handoff.main(["--cards", str(tmp_path / "cards.json")]) == 0
    assert len(json.loads((tmp_path / "cards.json").read_text("utf-8"))) == len(right)
    monkeypatch.setattr(handoff, "play_all", lambda dialogues: [Played(None, "bot") for _ in dialogues])
    assert handoff.main([]) == 1
    assert "Chinese" in capsys.readouterr().out


def test_the_command_says_that_no_dialogue_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert handoff.main(["--only", "没有这样的聊天"]) == 2
    assert "没有这样的聊天" in capsys.readouterr().err


BAD = [
    ("- {name: a, chat: [hi]}", "has no card"),
    ("- {name: a, chat: [hi], card: {reason: complaint}}", "has no queue"),
    ("- {name: a, chat: [hi], card: {colour: red}}", "there is no “colour”"),
    ("- {name: a, chat: [hi], card: {wants: [{colours: red}]}}", "there is no “colours”"),
    ("- {name: a, chat: [hi], card: {questions: [ask_price told]}}", "“told” in “ask_price told”"),
    ("- {name: a, chat: [hi], card: {questions: [ask_prise answered]}}", "“ask_prise”"),
    ("- {name: a, chat: [{says: hi}], card: {reason: complaint, queue: q, priority: p, promised: now}}", "a message is neither"),
    ("nothing", "is no list of dialogues"),
    ("[", "is no YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), BAD)
def test_a_wrong_file_is_told_with_its_name(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "zh_bad.yml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"zh_bad.*{re.escape(told)}"):
        read_dialogues(tmp_path)
