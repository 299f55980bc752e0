"""What processes of ours are told before they begin."""

from __future__ import annotations

import pytest

from bot.adapters.processes import KERNELS, kernel

AVX2 = {"sse2", "avx2", "fma"}
AVX512 = AVX2 | {"avx512f", "avx512dq", "avx512bw", "avx512vl"}


@pytest.mark.parametrize(
    ("flags", "named"),
    [(AVX512, "SkylakeX"), (AVX2, "Haswell"), (AVX512 - {"avx512dq"}, "Haswell"), ({"sse2", "avx2"}, None), ((), None)],
)
def test_a_processor_gets_the_fastest_kernel_that_it_can_run(
    monkeypatch: pytest.MonkeyPatch, flags: set[str], named: str | None
) -> None:
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    assert kernel(flags) == ({"OPENBLAS_CORETYPE": named} if named else {})


def test_a_kernel_that_somebody_named_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Zen")
    assert kernel(AVX512) == {"OPENBLAS_CORETYPE": "Zen"}
    assert "Zen" not in KERNELS
