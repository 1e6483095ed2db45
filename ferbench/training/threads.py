"""Thread pools: every one of them set to the same number."""

from collections.abc import Iterator
from contextlib import contextmanager

import threadpoolctl
import torch


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Let torch, OpenMP and the BLAS libraries use `threads` threads inside."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with threadpoolctl.threadpool_limits(limits=threads):
            yield
    finally:
        torch.set_num_threads(before)
