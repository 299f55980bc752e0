"""What a model understands in texts, in a process of its own: `python -m bot.parsing MODEL TEXTS.json FOUND.json`.

TEXTS.json is a list of texts; FOUND.json becomes {text: what `/model/parse` gives}. The shop is that of NIGHTDESK_SHOP.
Prints `heard 40 of 900` as it goes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

KEPT = ("text", "questions", "entities")
EVERY = 20


def load(model: Path) -> Any:
    """Rasa's agent with the model."""
    warnings.filterwarnings("ignore")
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)
    logging.getLogger("rasa").setLevel(logging.ERROR)
    return Agent.load(str(model))


def main() -> None:
    model, texts, found = (Path(argument) for argument in sys.argv[1:])
    agent, loop, heard = load(model), asyncio.new_event_loop(), {}
    wanted = json.loads(texts.read_text(encoding="utf-8"))
    for number, text in enumerate(wanted):
        parse = loop.run_until_complete(agent.parse_message(text))
        heard[text] = {name: parse[name] for name in KEPT if name in parse}
        if number % EVERY == 0:
            print(f"heard {number} of {len(wanted)}", flush=True)
    found.write_text(json.dumps(heard, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
