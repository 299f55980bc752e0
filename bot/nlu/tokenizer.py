"""Splits Chinese and Latin text into words whose offsets hold on the text as the buyer wrote it."""

from __future__ import annotations

import logging
import re
from typing import Any, Dict, List

import jieba
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.normalise import fold_text

jieba.setLogLevel(logging.WARNING)
_PIECES = re.compile(r"[\u3400-\u9fff]+|[a-z]+(?:['’][a-z]+)*|\d+(?:\.\d+)?|[^\s\w]|\w")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class ShopTokenizer(Tokenizer):
    """jieba for Chinese runs, one token for a Latin word or a number; spaces and emoji are no tokens."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
        }

    def tokenize(self, message: Message, attribute: str) -> List[Token]:
        folded = fold_text(message.get(attribute) or "")
        tokens = []
        for match in _PIECES.finditer(folded.text):
            for word, start, end in self._words(match[0]):
                original = folded.original(match.start() + start, match.start() + end)
                tokens.append(Token(word, original[0], original[1]))
        return self._apply_token_pattern(tokens)

    @staticmethod
    def _words(piece: str):
        if "\u3400" <= piece[0] <= "\u9fff":
            return jieba.tokenize(piece)
        return [(piece, 0, len(piece))]
