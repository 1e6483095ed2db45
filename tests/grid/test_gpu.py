"""What only a CUDA device can show."""

import pytest
import torch

NO_GPU = "needs a CUDA device, and none is visible"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason=NO_GPU)
def test_a_cell_runs_on_the_gpu_and_measures_its_memory(grid):
    record = grid("softmax", folds=1).records()["softmax/0"]
    assert record.status == "ok"
    assert record.hardware_class.startswith("cuda ")
    assert 0 < record.peak_memory_bytes < 2**33
