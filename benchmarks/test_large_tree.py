"""Memory that indexing and preparing a tree of many files takes.

`FERBENCH_BENCH_TREE=200000` takes as many as the promise speaks of. Measured is the proportional
set size of a command and of all processes it starts, so that shared pages count once; the largest
resident size that the system keeps (`ru_maxrss`) would also hold what the parent had before `exec`.
Linux only.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

PEOPLE, SIDE = 400, 64
WORKERS = 2
LIMIT = 2e9
PAUSE = 0.1


def family(process: int) -> list[int]:
    """A process and all that it started, directly or not."""
    found = [process]
    for one in found:
        for thread in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, thread.read_text().split())
            except OSError:  # it has just ended
                continue
    return found


def held(process: int) -> int:
    """Bytes that a process holds: its own pages, and its share of those it shares."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def taken(*arguments: str) -> dict[str, float]:
    """Run a `ferbench` command; its seconds, and the most bytes it held at any look."""
    started, most = time.perf_counter(), 0
    command = subprocess.Popen([sys.executable, "-m", "ferbench", *arguments])
    while command.poll() is None:
        most = max(most, sum(map(held, family(command.pid))))
        time.sleep(PAUSE)
    assert command.returncode == 0
    return {"bytes": most, "seconds": round(time.perf_counter() - started, 1)}


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="Linux only")
@pytest.mark.benchmark(group="index and prepare a large tree")
def test_index_and_prepare_in_little_memory(benchmark, jpeg_corpus, scale, tmp_path):
    files = scale("FERBENCH_BENCH_TREE", 10_000)
    root = jpeg_corpus(files, min(files, PEOPLE), (SIDE, SIDE))
    found: dict[str, dict[str, float]] = {}

    def both() -> None:
        out = os.fspath(tmp_path / "index.parquet")
        found["index"] = taken("data", "index", "manifest", "--root", str(root), "--out", out)
        asked = ("--datasets", "manifest", "--methods", "softmax", "--workers", str(WORKERS))
        where = ("--set", f"dataset.manifest.root={root}", "--set", "dataset.manifest.align=whole")
        found["prepare"] = taken("data", "prepare", *asked, *where)

    benchmark.pedantic(both, rounds=1)
    benchmark.extra_info.update(files=files, **found)
    assert 0 < max(command["bytes"] for command in found.values()) < LIMIT
