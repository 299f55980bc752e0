"""What is mended around Rasa 3.6.21, so that it starts fast, stays small and does no work twice. Each with its cause.

Everything here leaves Rasa's own code in place and gives the same results; tests/engine/test_lean.py holds that.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import logging
import sys
from collections.abc import Sequence
from functools import lru_cache
from graphlib import TopologicalSorter
from types import ModuleType
from typing import Any

WAITING = ("rasa.utils.train_utils", "rasa.core.test")
"""Modules of Rasa that are imported by name alone on the way to an agent, and not used where nothing is trained. The
first brings TensorFlow (10 s, 400 MB), the second matplotlib. They are loaded when somebody asks for what is in them."""


STATES = 1000
"""How many are remembered with the rules that fit them."""


class _Waiting(importlib.abc.MetaPathFinder):
    """The standard library's lazy loader, for the modules above."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in WAITING:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


def import_less() -> None:
    """To be called before Rasa is imported."""
    if not any(isinstance(finder, _Waiting) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Waiting())


def work_less() -> None:
    """To be called once Rasa is imported, before a model is loaded."""
    _leave_the_training_graph()
    _log_what_is_shown()
    _remember_events()
    _check_the_schema_once()
    _look_into_the_domain_once()
    _order_the_graph_once()
    _copy_nothing_for_the_log()
    _remember_which_rules_fit()


def _leave_the_training_graph() -> None:
    """A model tells by which graph it was trained, and reading that imports each component of it: a validator among them
    that imports all of Rasa's classifiers, and so TensorFlow. Where nothing is trained nobody asks for that graph."""
    from rasa.engine.storage.storage import ModelMetadata

    read = ModelMetadata.from_dict.__func__

    def from_dict(cls: type[ModelMetadata], told: dict[str, Any]) -> ModelMetadata:
        return read(cls, {**told, "train_schema": {"nodes": {}}})

    ModelMetadata.from_dict = classmethod(from_dict)


def _log_what_is_shown() -> None:
    """Rasa's processors of a log line run before its level is asked, a plugin's hook among them, twenty times a turn."""
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING), cache_logger_on_first_use=True
    )


def _remember_events() -> None:
    """`Event.resolve_by_type` walks all subclasses for each event that it meets."""
    from rasa.shared.core.events import Event

    Event.resolve_by_type = staticmethod(lru_cache(maxsize=None)(Event.resolve_by_type))


def _check_the_schema_once() -> None:
    """`RemoteAction` checks an action's answer by `jsonschema.validate`, which checks the schema itself each time, and
    holds each event against all kinds of events: half of a turn. Here the schema is read once, and an event held against
    its own kind. What that does not find right is checked, and complained of, as before."""
    from jsonschema.validators import validator_for
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    event = dict(schema["properties"]["events"]["items"])
    kinds = {one["properties"]["event"]["const"]: kind({**event, "allOf": [one]}) for one in event.pop("oneOf")}
    around = kind({**schema, "properties": {**schema["properties"], "events": {"type": "array"}}})
    thorough = RemoteAction._validate_action_result

    def is_right(one: Any) -> bool:
        return isinstance(one, dict) and one.get("event") in kinds and kinds[one["event"]].is_valid(one)

    def validate(self: RemoteAction, result: dict[str, Any]) -> bool:
        if around.is_valid(result) and all(map(is_right, result.get("events", ()))):
            return True
        return thorough(self, result)

    RemoteAction._validate_action_result = validate


def _look_into_the_domain_once() -> None:
    """`Domain.is_empty` makes an empty domain and compares both as dictionaries; it is asked for each message."""
    from rasa.shared.core.domain import Domain

    is_empty = Domain.is_empty

    def remembered(self: Domain) -> bool:
        if "known_empty" not in vars(self):
            vars(self)["known_empty"] = is_empty(self)
        return vars(self)["known_empty"]

    Domain.is_empty = remembered


def _order_the_graph_once() -> None:
    """For each message, and again for each prediction, Rasa cuts the graph down to what is asked for and has dask put its
    nodes in order and run them through a queue. The order is the same each time."""
    from rasa.engine.exceptions import GraphRunError
    from rasa.engine.runner.dask import DaskGraphRunner

    def run(
        self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        wanted = tuple(targets or self._graph_schema.target_names)
        orders = vars(self).setdefault("known_orders", {})
        if wanted not in orders:
            nodes = self._graph_schema.minimal_graph_schema(list(wanted)).nodes
            needs = {name: tuple(node.needs.values()) for name, node in nodes.items()}
            orders[wanted] = [(name, needs[name]) for name in _behind_what_they_need(needs)]
        done = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in orders[wanted]:
            try:
                done[name] = self._instantiated_nodes[name](*[done.get(need, need) for need in needs])
            except RuntimeError as error:
                raise GraphRunError("Error running runner.") from error
        return dict(done[name] for name in wanted)

    DaskGraphRunner.run = run


def _behind_what_they_need(needs: dict[str, tuple[str, ...]]) -> list[str]:
    sorter = TopologicalSorter({name: [one for one in needed if one in needs] for name, needed in needs.items()})
    return list(sorter.static_order())


def _copy_nothing_for_the_log() -> None:
    """What a line for debugging would tell is copied whole before its level is asked. These modules copy for nothing else."""
    from rasa.core import processor
    from rasa.core.policies import rule_policy

    class _AsItIs:
        @staticmethod
        def deepcopy(value: Any) -> Any:
            return value

    processor.copy = rule_policy.copy = _AsItIs


def _remember_which_rules_fit() -> None:
    """All rules are held against the latest states for each prediction. There are few such states, but for those with a
    message's words in them."""
    from rasa.core.policies.rule_policy import RulePolicy

    possible = RulePolicy._get_possible_keys

    def remembered(self: RulePolicy, lookup: dict[str, str], states: list[Any]) -> set[str]:
        if any("text" in state.get("user", {}) for state in states):
            return possible(self, lookup, states)
        known: dict[tuple[int, str], set[str]] = vars(self).setdefault("known_keys", {})
        asked = (id(lookup), repr(states))
        if asked not in known:
            if len(known) >= STATES:
                known.clear()
            known[asked] = possible(self, lookup, states)
        return known[asked]

    RulePolicy._get_possible_keys = remembered
