"""What processes of ours are told before they begin."""

from __future__ import annotations

import pytest

from bot.adapters.processes import kernel

AVX2 = {"sse2", "avx2", "fma"}
AVX512 = AVX2 | {"avx512f", "avx512dq", "avx512bw", "avx512vl"}


@pytest.mark.parametrize(
    ("flags", "named"),
    [(AVX512, "SkylakeX"), (AVX2, "Haswell"), (AVX512 - {"avx512dq"}, "Haswell"), ({"sse2", "avx2"}, None), ((), None)],
)
def test_a_processor_gets_the_fastest_kernel_that_it_can_run(flags: set[str], named: str | None) -> None:
    assert kernel(flags) == ({"OPENBLAS_CORETYPE": named} if named else {})
