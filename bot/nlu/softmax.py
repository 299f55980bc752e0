"""Multinomial logistic regression over blocks of features, dense and sparse side by side.

scikit-learn's takes one matrix: made sparse, the sentence vectors cost ten times the arithmetic; made dense, the
n-grams do not fit. Each block keeps its form here, and the rest is the same model, fitted by the same L-BFGS.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

EVENNESS = 0.2
"""0: every line weighs the same; 1: every class does. Measured on real messages, whose shares are uneven too."""

Block = np.ndarray | sparse.spmatrix


class Softmax:
    """`strength` is the inverse of the L2 penalty. Lines of rare classes weigh somewhat more (EVENNESS)."""

    def __init__(self, classes: np.ndarray, weights: list[np.ndarray], bias: np.ndarray):
        self.classes, self._weights, self._bias = classes, weights, bias

    @classmethod
    def fit(cls, blocks: Sequence[Block], labels: Sequence[str], strength: float, iterations: int) -> Softmax:
        """Fits on blocks of shape (lines, features of the block), float32."""
        classes, index = np.unique(np.asarray(labels), return_inverse=True)
        truth = np.eye(len(classes), dtype=np.float32)[index]
        share = ((len(index) / (len(classes) * np.bincount(index))) ** EVENNESS)[index].astype(np.float32)
        edges = np.cumsum([0, *(block.shape[1] for block in blocks)])
        turned = [block.T.tocsr() if sparse.issparse(block) else block.T for block in blocks]

        def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
            whole = flat.reshape(-1, len(classes)).astype(np.float32)
            weights, bias = whole[:-1], whole[-1]
            scores = bias + sum(b @ weights[s:e] for b, s, e in zip(blocks, edges, edges[1:]))
            chances = softmax(scores)
            picked = chances[np.arange(len(index)), index]
            cost = -(share * np.log(picked + 1e-12)).sum() + (weights * weights).sum() / (2 * strength)
            error = (chances - truth) * share[:, None]
            slope = np.vstack([t @ error for t in turned]) + weights / strength
            return float(cost), np.vstack([slope, error.sum(0)]).ravel().astype(np.float64)

        start = np.zeros((edges[-1] + 1) * len(classes))
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": iterations, "ftol": 1e-7})
        whole = found.x.reshape(-1, len(classes)).astype(np.float32)
        return cls(classes, [whole[s:e] for s, e in zip(edges, edges[1:])], whole[-1])

    def probabilities(self, blocks: Sequence[Block]) -> np.ndarray:
        """Chances of each class, shape (lines, classes)."""
        return softmax(self._bias + sum(np.asarray(b @ w) for b, w in zip(blocks, self._weights)))


def softmax(scores: np.ndarray) -> np.ndarray:
    """Each row of `scores` as chances."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)
