"""Networks as graphs for ONNX Runtime: matrices of one byte a weight, a scale for each output.

The runtime rounds what goes into a matrix to one byte too, by its greatest value in the text at hand. (Dynamic
quantization; with float32 a text takes four times as long and the weights four times the memory.) Where a few features
reach ten times as far as the others, these would be left with hardly a bit, so features are made more even before, and
the rows of the matrix take it back (Xiao et al., SmoothQuant, 2023).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from bot.nlu.pretrained import HEADS, LAYERS, WIDTH, package

EVENED = 0.8
"""How far what goes into a matrix is made even: 0 not at all, 1 until all features reach as far."""

OF_MICROSOFT = "com.microsoft"
"""Operators that ONNX Runtime has beside those of the standard."""


_LEAST = 1e-5
_REACHED = 3.0
"""Deviations from its mean that a normalised feature hardly leaves."""


class Graph:
    """A graph that grows node by node; each method gives the name of what its node puts out."""

    def __init__(self) -> None:
        self._nodes: list = []
        self._kept: list = []

    def session(self, inputs: Mapping[str, list], output: str) -> onnxruntime.InferenceSession:
        """`inputs`: their shapes, a name where a size is free."""
        given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]
        taken = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)]
        graph = helper.make_graph(self._nodes, "network", given, taken, self._kept)
        versions = [helper.make_opsetid("", 17), helper.make_opsetid(OF_MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=versions, ir_version=8).SerializeToString()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def node(self, operator: str, inputs: list[str], output: str, domain: str = "", **more: object) -> str:
        self._nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **more))
        return output

    def split(self, x: str, names: list[str], size: int) -> list[str]:
        """The features in parts of one size."""
        sizes = self.keep(f"{x}_sizes", np.full(len(names), size, np.int64))
        self._nodes.append(helper.make_node("Split", [x, sizes], names, axis=-1))
        return names

    def keep(self, name: str, values: np.ndarray) -> str:
        self._kept.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def product(
        self, name: str, x: str, weights: np.ndarray, bias: np.ndarray | None = None, reach: np.ndarray | None = None
    ) -> str:
        """`weights`: shape (inputs, outputs); `reach`: how far each input goes from 0, where it is known."""
        if reach is not None:
            even = np.maximum(reach, _LEAST) ** EVENED / np.maximum(np.abs(weights).max(axis=1), _LEAST) ** (1 - EVENED)
            x = self.node("Mul", [x, self.keep(f"{name}_even", (1 / even).astype(np.float32))], f"{name}_evened")
            weights = weights * even[:, None].astype(np.float32)
        scale = (np.abs(weights).max(axis=0) / 127 + 1e-12).astype(np.float32)
        kept = {
            f"{name}_bytes": np.round(weights / scale).astype(np.int8),
            f"{name}_scale": scale,
            f"{name}_zero": np.zeros(len(scale), np.int8),
        }
        if bias is not None:
            kept[f"{name}_bias"] = bias
        inputs = [x, *(self.keep(key, value) for key, value in kept.items())]
        return self.node("DynamicQuantizeMatMul", inputs, f"{name}_product", OF_MICROSOFT)


def encoder(weights: Mapping[str, np.ndarray]) -> onnxruntime.InferenceSession:
    """Takes `words`, shape (texts, tokens, WIDTH), embeddings and places together; gives the tokens' features in that shape."""
    return _Encoder(weights).whole()


class _Encoder(Graph):
    def __init__(self, weights: Mapping[str, np.ndarray]):
        super().__init__()
        self._w, self._eps = weights, float(package().eps)

    def whole(self) -> onnxruntime.InferenceSession:
        self.keep("heads", np.array([0, 0, HEADS, -1], np.int64))
        self.keep("joined", np.array([0, 0, -1], np.int64))
        normal = ["words", self._given("lnw"), self._given("lnb")]
        x = self.node("LayerNormalization", normal, "begin", epsilon=self._eps)
        for layer in range(LAYERS):
            x = self._layer(f"{layer}", x)
        return self.session({"words": ["texts", "tokens", WIDTH]}, x)

    def _layer(self, of: str, x: str) -> str:
        """Vaswani et al., Attention Is All You Need, 2017, normalised behind each half."""
        w, scale = self._w, (WIDTH // HEADS) ** -0.5
        reach = self._normal_reach("ln" if of == "0" else f"{int(of) - 1}oln")
        three = np.hstack([w[f"{of}qw"] * scale, w[f"{of}kw"], w[f"{of}vw"]])
        bias = np.hstack([w[f"{of}qb"] * scale, w[f"{of}kb"], w[f"{of}vb"]])
        names = [f"{of}query", f"{of}key", f"{of}value"]
        self.split(self.product(f"{of}three", x, three, bias, reach), names, WIDTH)
        query, key, value = (
            self.node(
                "Transpose", [self.node("Reshape", [name, "heads"], f"{name}_apart")], f"{name}_turned", perm=order
            )
            for name, order in zip(names, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]))
        )
        seen = self.node("Softmax", [self.node("MatMul", [query, key], f"{of}scores")], f"{of}seen", axis=-1)
        heard = self.node("MatMul", [seen, value], f"{of}heard")
        turned = self.node("Transpose", [heard], f"{of}heard_turned", perm=[0, 2, 1, 3])
        beside = self.node("Reshape", [turned, "joined"], f"{of}beside")
        x = self._normal(f"{of}aln", self.product(f"{of}ao", beside, w[f"{of}aow"], w[f"{of}aob"]), x)
        inner = self.product(f"{of}fi", x, w[f"{of}fiw"], w[f"{of}fib"], self._normal_reach(f"{of}aln"))
        inner = self.node("Gelu", [inner], f"{of}inner", OF_MICROSOFT)
        reach = w["reach"][int(of)] if "reach" in w else None
        return self._normal(f"{of}oln", self.product(f"{of}fo", inner, w[f"{of}fow"], w[f"{of}fob"], reach), x)

    def _normal_reach(self, name: str) -> np.ndarray:
        return _REACHED * np.abs(self._w[f"{name}w"]) + np.abs(self._w[f"{name}b"])

    def _normal(self, name: str, x: str, before: str) -> str:
        inputs = [x, before, self._given(f"{name}w"), self._given(f"{name}b")]
        return self.node("SkipLayerNormalization", inputs, f"{name}_normal", OF_MICROSOFT, epsilon=self._eps)

    def _given(self, name: str) -> str:
        return self.keep(name, self._w[name])
