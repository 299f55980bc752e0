"""What a process finds that loads Rasa as bot/engine does; it prints that as JSON. In a process of its own, because the
tests' own process is to keep Rasa as it is."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

warnings.simplefilter("ignore")

from bot.engine.lean import WAITING, import_less, work_less  # noqa: E402

OPTIONAL = ("tensorflow", "matplotlib")
RIGHT: list[Any] = [
    {},
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "dialogue", "value": {}, "timestamp": None}], "responses": [{"text": "a"}]},
    {"events": [{"event": "followup", "name": "action_listen", "timestamp": 1.5}]},
    {"events": [{"event": "user", "text": "a", "parse_data": {"text": "a", "entities": []}}]},
]
WRONG: list[Any] = [
    [],
    "events",
    {"events": {}},
    {"events": ["slot"]},
    {"events": [{"name": "a"}]},
    {"events": [{"event": "slot", "name": "a"}]},
    {"events": [{"event": "slot", "name": 1, "value": 2}]},
    {"events": [{"event": "nothing"}]},
    {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": "now"}]},
    {"responses": ["a"]},
]


def main() -> None:
    import_less()
    import rasa.core.agent
    import rasa.core.policies.rule_policy  # noqa: F401
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import Event

    found: dict[str, Any] = {"loaded": [name for name in OPTIONAL if name in sys.modules]}
    before = [_verdict(RemoteAction, one) for one in RIGHT + WRONG]
    kinds, runs, fitting = _kinds(Event), _runs(), _fitting()
    work_less()
    found["verdicts"] = {"before": before, "after": [_verdict(RemoteAction, one) for one in RIGHT + WRONG]}
    found["right"] = len(RIGHT)
    found["kinds"] = {"before": kinds, "after": _kinds(Event)}
    found["fitting"] = {"before": fitting, "after": [_fitting(), _fitting()]}
    found["runs"] = {"before": runs, "after": _runs()}
    some = Domain.from_dict({"intents": ["greet"]})
    found["empty"] = [Domain.empty().is_empty(), some.is_empty(), some.is_empty()]
    found["asked_for"] = callable(sys.modules[WAITING[1]].test) and "matplotlib" in sys.modules
    print(json.dumps(found))


def _verdict(action: Any, result: Any) -> str:
    try:
        action("action_take_turn", None)._validate_action_result(result)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    return "right"


def _kinds(event: Any) -> list[str]:
    found = []
    for name in ("slot", "user", "bot", "followup", "action", "session_started", "nothing"):
        try:
            found.append(event.resolve_by_type(name).__name__)
        except ValueError as error:
            found.append(str(error))
    return found


def _fitting() -> list[list[str]]:
    """Which rules of two fit each of some states, asked of one policy."""
    from rasa.core.policies.rule_policy import RulePolicy

    def asked(intent: str) -> dict[str, Any]:
        return {"user": {"intent": intent}, "prev_action": {"action_name": "action_listen"}}

    policy = object.__new__(RulePolicy)
    lookup = {json.dumps([asked(intent)]): f"action_{intent}" for intent in ("greet", "thanks")}
    words = {"user": {"text": "greet"}, "prev_action": {"action_name": "action_listen"}}
    states = [[asked("greet")], [asked("thanks")], [asked("deny")], [words], [asked("greet")], [{}], []]
    return [sorted(policy._get_possible_keys(lookup, one)) for one in states]


def _runs() -> list[Any]:
    """What a small graph gives for some inputs and targets, or what it says of them."""
    from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    class Sum(GraphComponent):
        @classmethod
        def create(cls, *_: Any, **__: Any) -> Sum:
            return cls()

        def add(self, one: int, two: int) -> int:
            return one + two

    def node(one: str, two: str, is_target: bool = False) -> SchemaNode:
        return SchemaNode({"one": one, "two": two}, Sum, "create", "add", {}, is_target=is_target)

    nodes = {"c": node("a", "b", is_target=True), "b": node("a", "in"), "a": node("in", "in"), "d": node("b", "b")}
    with TemporaryDirectory() as folder:
        schema = GraphSchema(nodes)
        storage = LocalModelStorage.create(Path(folder))
        runner = DaskGraphRunner(schema, storage, ExecutionContext(schema))
        found: list[Any] = []
        for given in ({"in": 1}, {"in": 2}, {}, {"in": "text"}):
            for targets in (None, ["b"], ["d", "a"]):
                try:
                    found.append(runner.run(inputs=given, targets=targets))
                except Exception as error:
                    found.append(type(error).__name__)
    return found


if __name__ == "__main__":
    main()
