"""What goes over the line to each service, to the byte, and what its answers mean: written down by their documentation.

The signatures were made with OpenSSL from the same moment and secret.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

import bot.adapters.robots
import bot.core.card
from bot.adapters.robots import SERVICES, dingtalk, feishu, slack, webhook, wecom
from bot.adapters.robots.addresses import Address, read_addresses
from bot.adapters.robots.line import Answer, Request
from bot.adapters.shop_robots import read_robots
from bot.adapters.shop_rules import Rules
from bot.adapters.shop_tables import Problems
from bot.core.telling import Message, message
from tests.small_shop import EVENING
from tests.told import CARD, WORDS, card, several, single, told

SECRET = "SECd3b07384d113edec49eaa6238ad5ff00"
SECONDS = "1795266240"
TITLE = "🟠优先｜谈价：两件600我就拍｜轻薄羽绒服 W05 黑色 M码 × 2"
LINK = "https://desk.example/desk/handoffs/7c1f0a"
JSON = "application/json; charset=utf-8"


def sent(service: str, url: str, text: Message, secret: str = SECRET) -> tuple[Request, dict[str, Any]]:
    made = SERVICES[service].request(Address(url, secret), text, EVENING)
    return made, json.loads(made.body)


# --- requests -----------------------------------------------------------------------------------------------------


def test_dingtalk_is_signed_in_the_address_by_the_millisecond() -> None:
    made, body = sent("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=T", single())
    assert made.url == (
        f"https://oapi.dingtalk.com/robot/send?access_token=T&timestamp={SECONDS}000"
        "&sign=XSoD5GCQMHwZ1StKwhkeFCHSOrUFfdLoSc6k0VvvHrA%3D"
    )
    assert made.headers == {"Content-Type": JSON}
    assert body == {
        "msgtype": "markdown",
        "markdown": {
            "title": TITLE,
            "text": f"#### {TITLE}\n\n- 已等待：3 分钟\n- 出价 ¥600 · 标价 ¥738 · 低 19%\n\n[打开会话]({LINK})",
        },
    }


def test_dingtalk_without_a_secret_is_not_signed() -> None:
    made, _ = sent("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=T", single(), "")
    assert made.url == "https://oapi.dingtalk.com/robot/send?access_token=T"


def test_wecom_is_markdown_to_the_address_as_it_is() -> None:
    url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K"
    made, body = sent("wecom", url, single(), "")
    assert (made.url, made.headers) == (url, {"Content-Type": JSON})
    assert body == {
        "msgtype": "markdown",
        "markdown": {"content": f"### {TITLE}\n> 已等待：3 分钟\n> 出价 ¥600 · 标价 ¥738 · 低 19%\n[打开会话]({LINK})"},
    }


def test_feishu_is_signed_in_the_body_by_the_second() -> None:
    url = "https://open.feishu.cn/open-apis/bot/v2/hook/H"
    made, body = sent("feishu", url, single())
    assert (made.url, made.headers) == (url, {"Content-Type": JSON})
    assert body == {
        "timestamp": SECONDS,
        "sign": "wn1BM74Uhucw29E7WvdsKxrPgjPeMbvMWOZK6oPE7RM=",
        "msg_type": "interactive",
        "card": {
            "header": {"title": {"tag": "plain_text", "content": TITLE}, "template": "orange"},
            "elements": [
                {
                    "tag": "div",
                    "text": {"tag": "plain_text", "content": "已等待：3 分钟\n出价 ¥600 · 标价 ¥738 · 低 19%"},
                },
                {
                    "tag": "action",
                    "actions": [
                        {
                            "tag": "button",
                            "type": "default",
                            "text": {"tag": "plain_text", "content": "打开会话"},
                            "url": LINK,
                        }
                    ],
                },
            ],
        },
    }


def test_feishu_without_a_secret_is_not_signed() -> None:
    _, body = sent("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/H", single(), "")
    assert set(body) == {"msg_type", "card"}


def test_slack_gets_blocks_and_a_line_for_the_notification() -> None:
    url = "https://hooks.slack.com/services/T/B/X"
    made, body = sent("slack", url, single("en"), "")
    assert (made.url, made.headers) == (url, {"Content-Type": JSON})
    title = single("en").title
    assert body == {
        "text": title,
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}},
            {
                "type": "section",
                "text": {
                    "type": "plain_text",
                    "text": "waiting for 3 min\noffers ¥600 · list price ¥738 · 19% below",
                    "emoji": False,
                },
            },
            {"type": "section", "text": {"type": "mrkdwn", "text": f"<{LINK}|Open the conversation>"}},
        ],
    }


def test_the_webhook_is_signed_in_its_headers_over_the_very_bytes() -> None:
    made, body = sent("webhook", "https://ops.example/hook", single())
    raw = made.body
    assert body["sent_at"] == "2026-11-21T13:04:00+00:00"
    assert made.headers == {
        "Content-Type": JSON,
        "X-Nightdesk-Timestamp": SECONDS,
        "X-Nightdesk-Signature": f"sha256={webhook.signature(SECONDS, raw, SECRET)}",
        "X-Nightdesk-Delivery": "group:opened:7c1f0a",
    }
    known = "406edcd48be2bda04adc5724ffee3cda4db8d37a982b0285523d9a4d2173a35e"
    assert webhook.signature(SECONDS, '{"a": "羽"}'.encode(), SECRET) == known


def schema() -> jsonschema.protocols.Validator:
    own = json.loads((Path(bot.adapters.robots.__file__).parent / "webhook.schema.json").read_text(encoding="utf-8"))
    of_card = json.loads((Path(bot.core.card.__file__).parent / "card.schema.json").read_text(encoding="utf-8"))
    resolver = jsonschema.RefResolver.from_schema(own, store={of_card["$id"]: of_card})
    return jsonschema.Draft202012Validator(own, resolver=resolver, format_checker=jsonschema.FormatChecker())


WHOLE = [
    single(),
    single(kind="passed", body={"card": CARD, "by": "anna", "to": "bo", "remark": "要开发票"}),
    single(kind="digest", body={"title": {"zh": "早报"}, "lines": {"zh": ["3 人在等"]}}),
    single(public_url=""),
    several(3, waiting=4),
]


@pytest.mark.parametrize("text", WHOLE, ids=["one", "passed", "digest", "no link", "several"])
def test_the_webhooks_body_is_of_its_schema(text: Message) -> None:
    _, body = sent("webhook", "https://ops.example/hook", text)
    schema().validate(body)


def test_the_schema_refuses_what_is_not_told_so() -> None:
    _, body = sent("webhook", "https://ops.example/hook", single())
    for wrong in ({**body, "version": 2}, {**body, "notices": []}, {**body, "extra": 1}):
        assert not schema().is_valid(wrong)


def test_the_webhook_masks_the_card_and_gives_the_rest_of_a_notice() -> None:
    contact = {**CARD["buyer"], "contact": "13812345678"}
    body = {"card": card(buyer=contact), "by": "anna", "to": "bo", "remark": "打 13812345678"}
    _, made = sent("webhook", "https://ops.example/hook", single(kind="passed", body=body))
    (notice,) = made["notices"]
    assert notice["card"]["buyer"]["contact"] == "138****5678"
    assert notice["details"] == {"by": "anna", "to": "bo", "remark": "打 138****5678"}


def test_a_delivery_is_the_same_for_the_same_notices_and_fits_a_header() -> None:
    chinese = single(key="售前群:opened:7c1f0a")
    assert webhook.delivery(chinese) == "%E5%94%AE%E5%89%8D%E7%BE%A4:opened:7c1f0a"
    assert webhook.delivery(several(3)) == webhook.delivery(several(3, waiting=9))
    assert webhook.delivery(several(3)) != webhook.delivery(several(4))


# --- what a buyer wrote -------------------------------------------------------------------------------------------

NASTY = "[点我](http://evil.example) <@all> <font color=red> ![](http://evil.example/x.png) *粗* `x` # & <!channel> |"


@pytest.mark.parametrize("service", ["dingtalk", "wecom"])
def test_a_buyer_draws_no_markdown_into_a_group(service: str) -> None:
    made, body = sent(service, "https://x.example/", single(body={"card": card(headline=NASTY)}))
    text = body["markdown"].get("text") or body["markdown"]["content"]
    shown = text.replace(f"[打开会话]({LINK})", "").removeprefix("#### ").removeprefix("### ").replace("\n> ", "\n")
    assert not set("[]<>*`#|") & set(shown)


def test_a_buyer_calls_nobody_in_feishu_and_slack() -> None:
    body = {"card": card(headline=NASTY, wants=[{**CARD["wants"][0], "product": "?", "name": NASTY}])}
    _, in_feishu = sent("feishu", "https://x.example/", several_of(body))
    assert {e["text"]["tag"] for e in in_feishu["card"]["elements"] if e["tag"] == "div"} == {"plain_text"}
    _, in_slack = sent("slack", "https://x.example/", several_of(body))
    marked = [b["text"]["text"] for b in in_slack["blocks"] if b["text"]["type"] == "mrkdwn"]
    assert marked == [f"<{LINK}|打开会话>"] * 2
    _, alone = sent("slack", "https://x.example/", single(body=body))
    assert "<" not in alone["text"] and "&lt;@all&gt;" in alone["text"]


def several_of(body: dict[str, Any]) -> Message:
    both = [told(key="a", body=body), told(key="b", body=body)]
    return message(both, 0, WORDS, "zh", lambda _: True)


# --- sizes --------------------------------------------------------------------------------------------------------

LIMITS = {
    "dingtalk": (20_000, lambda made: len(made.body)),
    "wecom": (4096, lambda made: len(json.loads(made.body)["markdown"]["content"].encode())),
    "feishu": (20_000, lambda made: len(made.body)),
    "slack": (12_000, lambda made: len(made.body)),
    "webhook": (256 * 1024, lambda made: len(made.body)),
}


@pytest.mark.parametrize("service", LIMITS)
@pytest.mark.parametrize("letter", ["羽", "🎁", "<", "&", '"', "a"])
def test_as_much_as_a_service_takes_is_told_and_never_more(service: str, letter: str) -> None:
    limit, size = LIMITS[service]
    many = [
        told(key=f"k{n}", body={"card": card(headline=letter * 60, promised=letter * 200)}, people_there=False)
        for n in range(600)
    ]
    text = message(many, 0, WORDS, "zh", SERVICES[service].fits)
    made, _ = sent(service, "https://x.example/", text)
    assert size(made) <= limit + (40 if service == "webhook" else 0)
    assert 1 < len(text.told) < len(many)
    assert text.left == len(many) - len(text.told)


@pytest.mark.parametrize("service", ["dingtalk", "wecom", "feishu", "slack"])
@pytest.mark.parametrize("letter", ["羽", "🎁", "&", '"'])
def test_a_long_report_is_cut_to_the_services_size(service: str, letter: str) -> None:
    limit, size = LIMITS[service]
    report = {"title": {"zh": "早报"}, "lines": {"zh": [letter * 200] * 200}}
    text = message([told(kind="digest", body=report)], 3, WORDS, "zh", SERVICES[service].fits)
    made, _ = sent(service, "https://x.example/", text)
    assert limit * 0.2 < size(made) <= limit
    assert text.told[0].lines[-1].endswith("…")


def test_slack_gets_no_more_blocks_than_it_takes() -> None:
    assert slack.fits(several(24)) and not slack.fits(several(25))


# --- answers ------------------------------------------------------------------------------------------------------


def reply(status: int, body: Any = "", **headers: str) -> Answer:
    return Answer(status, headers, body if isinstance(body, str) else json.dumps(body))


ANSWERS = [
    (dingtalk, reply(200, {"errcode": 0, "errmsg": "ok"}), "sent", "", 0),
    (dingtalk, reply(200, {"errcode": 310000, "errmsg": "sign not match"}), "refused", "refused: 310000 sign not match", 0),
    (dingtalk, reply(200, {"errcode": 310000, "errmsg": "keywords not in content"}), "refused", "refused: 310000 keywords not in content", 0),
    (dingtalk, reply(200, {"errcode": 300005, "errmsg": "token is not exist"}), "refused", "refused: 300005 token is not exist", 0),
    (dingtalk, reply(200, {"errcode": 460101, "errmsg": "message too long, exceed 20000 bytes"}), "refused", "refused: 460101 message too long, exceed 20000 bytes", 0),
    (dingtalk, reply(200, {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}), "later", "busy: 130101 send too fast, exceed 20 times per minute", 600),
    (dingtalk, reply(200, {"errcode": 410100, "errmsg": "发送速度太快而限流"}), "later", "busy: 410100 发送速度太快而限流", 600),
    (dingtalk, reply(200, {"errcode": -1, "errmsg": "系统繁忙"}), "later", "busy: -1 系统繁忙", 30),
    (wecom, reply(200, {"errcode": 0, "errmsg": "ok"}), "sent", "", 0),
    (wecom, reply(200, {"errcode": 93000, "errmsg": "invalid webhook url, hint: [1]"}), "refused", "refused: 93000 invalid webhook url, hint: [1]", 0),
    (wecom, reply(200, {"errcode": 40058, "errmsg": "markdown.content exceed max length 4096"}), "refused", "refused: 40058 markdown.content exceed max length 4096", 0),
    (wecom, reply(200, {"errcode": 45009, "errmsg": "api freq out of limit"}), "later", "busy: 45009 api freq out of limit", 60),
    (wecom, reply(200, {"errcode": -1, "errmsg": "system busy"}), "later", "busy: -1 system busy", 30),
    (feishu, reply(200, {"code": 0, "msg": "success", "data": {}, "StatusCode": 0, "StatusMessage": "success", "Extra": None}), "sent", "", 0),
    (feishu, reply(200, {"Extra": None, "StatusCode": 0, "StatusMessage": "success"}), "sent", "", 0),
    (feishu, reply(200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}), "refused", "refused: 19021 sign match fail or timestamp is not within one hour from current time", 0),
    (feishu, reply(200, {"code": 19024, "msg": "Key Words Not Found", "StatusCode": 0}), "refused", "refused: 19024 Key Words Not Found", 0),
    (feishu, reply(200, {"StatusCode": 9499, "StatusMessage": "Bad Request"}), "refused", "refused: 9499 Bad Request", 0),
    (feishu, reply(400, {"code": 9499, "msg": "Bad Request", "data": {}}), "refused", "refused: 9499 Bad Request", 0),
    (feishu, reply(200, {"code": 11232, "data": {}, "msg": "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"}), "later", "busy: 11232 frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]", 60),
    (feishu, reply(200, {"code": 9499, "msg": "too many request"}), "later", "busy: 9499 too many request", 0),
    (slack, reply(200, "ok"), "sent", "", 0),
    (slack, reply(200, '{"ok":false,"error":"invalid_auth"}'), "refused", 'refused: 200 {"ok":false,"error":"invalid_auth"}', 0),
    (slack, reply(400, "invalid_payload"), "refused", "refused: 400 invalid_payload", 0),
    (slack, reply(403, "action_prohibited"), "refused", "refused: 403 action_prohibited", 0),
    (slack, reply(404, "no_service"), "refused", "refused: 404 no_service", 0),
    (slack, reply(410, "channel_is_archived"), "refused", "refused: 410 channel_is_archived", 0),
    (slack, reply(429, "rate_limited", **{"Retry-After": "30"}), "later", "busy: 429 rate_limited", 30),
    (slack, reply(500, "rollup_error"), "later", "busy: 500 rollup_error", 0),
    (slack, reply(200, ""), "later", "unclear: 200", 0),
    (webhook, reply(200, "anything"), "sent", "", 0),
    (webhook, reply(202), "sent", "", 0),
    (webhook, reply(204), "sent", "", 0),
    (webhook, reply(410, "gone"), "refused", "refused: 410 gone", 0),
    (webhook, reply(401, "bad\nsignature\x00"), "refused", "refused: 401 bad signature", 0),
    (webhook, reply(302), "refused", "refused: 302", 0),
    (webhook, reply(429, "", **{"Retry-After": "120"}), "later", "busy: 429", 120),
    (webhook, reply(503, "", **{"Retry-After": "Sat, 21 Nov 2026 13:10:00 GMT"}), "later", "busy: 503", 0),
    (webhook, reply(408), "later", "busy: 408", 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("service", "answer", "state", "said", "wait"),
    ANSWERS,
    ids=[f"{service.__name__.rsplit('.')[-1]} {answer.status} {said}" for service, answer, _, said, _ in ANSWERS],
)
def test_what_an_answer_means(service: Any, answer: Answer, state: str, said: str, wait: float) -> None:
    made = service.outcome(answer)
    assert (made.state, made.why, made.wait) == (state, said, wait)


@pytest.mark.parametrize("service", [dingtalk, wecom, feishu])
@pytest.mark.parametrize("text", ["", "<html>登录</html>", "[]", "null", "{}", '{"errmsg": "ok"}', "[" * 5000])
def test_200_without_a_code_is_no_yes(service: Any, text: str) -> None:
    assert (service.outcome(reply(200, text)).state, service.outcome(reply(502, text)).state) == ("later", "later")
    assert service.outcome(reply(200, text)).why.startswith("unclear: 200")


@pytest.mark.parametrize("service", [dingtalk, wecom, feishu])
def test_a_redirect_is_a_wrong_address(service: Any) -> None:
    assert service.outcome(reply(302, "")).state == "refused"


# --- docs/robots.md -----------------------------------------------------------------------------------------------

PAGE = (Path(bot.adapters.robots.__file__).parents[3] / "docs" / "robots.md").read_text(encoding="utf-8")


def block(language: str, number: int = 0) -> str:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[number]


def test_the_check_that_the_page_gives_accepts_ours_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    exec(block("python"), given)
    monkeypatch.setattr(given["time"], "time", lambda: EVENING.timestamp() + 20)
    made, _ = sent("webhook", "https://ops.example/hook", single())
    assert given["is_ours"](made.headers, made.body, SECRET)
    assert not given["is_ours"](made.headers, made.body + b" ", SECRET)
    assert not given["is_ours"](made.headers, made.body, SECRET + "x")
    monkeypatch.setattr(given["time"], "time", lambda: EVENING.timestamp() + 3000)
    assert not given["is_ours"](made.headers, made.body, SECRET)


def test_the_pages_example_is_what_is_sent() -> None:
    shown = json.loads(block("json"))
    _, made = sent("webhook", "https://ops.example/hook", single(key="ops:opened:7c1f0a"))
    shown["notices"][0]["card"] = made["notices"][0]["card"]
    assert made == shown


def test_the_pages_files_are_right(tmp_path: Path) -> None:
    problems = Problems()
    rules = Rules("desk.yml", YAML(typ="rt").load(block("yaml", 0)), problems)
    robots = read_robots(rules, ("sales", "bulk"))
    assert [robot.name for robot in robots] == ["售前群", "leads"] and not problems
    path = tmp_path / "robots.yml"
    path.write_text(block("yaml", 1), encoding="utf-8")
    path.chmod(0o600)
    assert set(read_addresses(path)) == {"售前群", "leads"}
