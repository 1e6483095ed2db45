"""Thread pools."""

import threadpoolctl
import torch

from ferbench.training.threads import limited_threads


def pools():
    return {pool["filepath"]: pool["num_threads"] for pool in threadpoolctl.threadpool_info()}


def test_every_pool_is_limited_and_restored():
    before, pools_before = torch.get_num_threads(), pools()
    for threads in (1, 2):
        with limited_threads(threads):
            assert torch.get_num_threads() == threads
            assert set(pools().values()) == {threads}
    assert (torch.get_num_threads(), pools()) == (before, pools_before)


def test_the_limit_ends_with_an_error():
    before = torch.get_num_threads()
    try:
        with limited_threads(before + 1):
            raise KeyError
    except KeyError:
        pass
    assert torch.get_num_threads() == before
