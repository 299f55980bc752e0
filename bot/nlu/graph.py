"""The encoder's layers as a graph for ONNX Runtime: matrices of one byte a weight, a scale for each output.

The runtime rounds what goes into a matrix to one byte too, by its greatest value in the text at hand. (Dynamic
quantization; with float32 a text takes four times as long and the weights four times the memory.)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from bot.nlu.pretrained import HEADS, LAYERS, WIDTH, package

_OF_MICROSOFT = "com.microsoft"
"""Operators that ONNX Runtime has beside those of the standard."""


def session(weights: Mapping[str, np.ndarray]) -> onnxruntime.InferenceSession:
    """Takes `words`, shape (1, tokens, WIDTH), embeddings and places together; gives the tokens' features in that shape."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(_Graph(weights).model(), options, providers=["CPUExecutionProvider"])


class _Graph:
    def __init__(self, weights: Mapping[str, np.ndarray]):
        self._w, self._eps = weights, float(package().eps)
        self._nodes: list = []
        self._kept: list = []

    def model(self) -> bytes:
        self._keep("heads", np.array([0, 0, HEADS, -1], np.int64))
        self._keep("joined", np.array([0, 0, -1], np.int64))
        self._keep("thirds", np.array([WIDTH, WIDTH, WIDTH], np.int64))
        x = self._node(
            "LayerNormalization", ["words", self._given("lnw"), self._given("lnb")], "begin", epsilon=self._eps
        )
        for layer in range(LAYERS):
            x = self._layer(f"{layer}", x)
        shape = [1, "tokens", WIDTH]
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info("words", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(x, TensorProto.FLOAT, shape)],
            self._kept,
        )
        versions = [helper.make_opsetid("", 17), helper.make_opsetid(_OF_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=8).SerializeToString()

    def _layer(self, of: str, x: str) -> str:
        """Vaswani et al., Attention Is All You Need, 2017, normalised behind each half."""
        w, scale = self._w, (WIDTH // HEADS) ** -0.5
        three = np.hstack([w[f"{of}qw"] * scale, w[f"{of}kw"], w[f"{of}vw"]])
        bias = np.hstack([w[f"{of}qb"] * scale, w[f"{of}kb"], w[f"{of}vb"]])
        names = [f"{of}query", f"{of}key", f"{of}value"]
        self._nodes.append(
            helper.make_node("Split", [self._product(f"{of}three", x, three, bias), "thirds"], names, axis=2)
        )
        query, key, value = (
            self._node(
                "Transpose", [self._node("Reshape", [name, "heads"], f"{name}_apart")], f"{name}_turned", perm=order
            )
            for name, order in zip(names, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]))
        )
        seen = self._node("Softmax", [self._node("MatMul", [query, key], f"{of}scores")], f"{of}seen", axis=-1)
        heard = self._node("MatMul", [seen, value], f"{of}heard")
        turned = self._node("Transpose", [heard], f"{of}heard_turned", perm=[0, 2, 1, 3])
        beside = self._node("Reshape", [turned, "joined"], f"{of}beside")
        x = self._normal(f"{of}aln", self._product(f"{of}ao", beside, w[f"{of}aow"], w[f"{of}aob"]), x)
        inner = self._product(f"{of}fi", x, w[f"{of}fiw"], w[f"{of}fib"])
        inner = self._node("Gelu", [inner], f"{of}inner", _OF_MICROSOFT)
        return self._normal(f"{of}oln", self._product(f"{of}fo", inner, w[f"{of}fow"], w[f"{of}fob"]), x)

    def _product(self, name: str, x: str, weights: np.ndarray, bias: np.ndarray) -> str:
        scale = (np.abs(weights).max(axis=0) / 127 + 1e-12).astype(np.float32)
        kept = {
            f"{name}_bytes": np.round(weights / scale).astype(np.int8),
            f"{name}_scale": scale,
            f"{name}_zero": np.zeros(len(scale), np.int8),
            f"{name}_bias": bias,
        }
        inputs = [x, *(self._keep(key, value) for key, value in kept.items())]
        return self._node("DynamicQuantizeMatMul", inputs, f"{name}_product", _OF_MICROSOFT)

    def _normal(self, name: str, x: str, before: str) -> str:
        inputs = [x, before, self._given(f"{name}w"), self._given(f"{name}b")]
        return self._node("SkipLayerNormalization", inputs, f"{name}_normal", _OF_MICROSOFT, epsilon=self._eps)

    def _given(self, name: str) -> str:
        return self._keep(name, self._w[name])

    def _keep(self, name: str, values: np.ndarray) -> str:
        self._kept.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, operator: str, inputs: list[str], output: str, domain: str = "", **more: object) -> str:
        self._nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **more))
        return output
