"""Machine code is made once for the sources, and anew for other ones."""

from __future__ import annotations

from pathlib import Path

from optimization.kernel_cache import warm_kernels


def test_kernels_are_compiled_once_until_a_source_with_kernels_changes(tmp_path: Path) -> None:
    source = tmp_path / "kernel.py"
    source.write_text("@compiled\ndef double(x): return x + x\n", encoding="utf-8")
    made: list[int] = []
    for _ in range(2):
        assert warm_kernels(tmp_path, lambda: made.append(1)) == 0
    assert len(made) == 1
    (tmp_path / "plain.py").write_text("x = 1\n", encoding="utf-8")
    warm_kernels(tmp_path, lambda: made.append(1))
    assert len(made) == 1
    kept = tmp_path / "__pycache__" / "kernel.double-1.py311.nbi"
    kept.write_bytes(b"old")
    source.write_text("@compiled\ndef double(x): return 2 * x\n", encoding="utf-8")
    warm_kernels(tmp_path, lambda: made.append(1))
    assert len(made) == 2
    assert not kept.exists()
