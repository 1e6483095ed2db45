"""The environment of a cell: hardware class, versions, peak memory."""

import platform
import resource
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import torch

RECORDED = ("ferbench", "torch", "torchvision", "numpy", "polars", "scikit-learn", "ray")
CLEAR_REFS = Path("/proc/self/clear_refs")
STATUS = Path("/proc/self/status")


def device_for_cell() -> torch.device:
    """The GPU that this process was given, or the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def hardware_class(device: torch.device) -> str:
    """What decides the bits of a result: the GPU model, or the CPU's vector instructions."""
    if device.type == "cuda":
        return f"cuda {torch.cuda.get_device_name(device)}"
    return f"cpu {platform.machine()} {torch.backends.cpu.get_cpu_capability()}"


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that a result may depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in RECORDED}


def now() -> str:
    """The time, in UTC, as records give it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def reset_peak_memory(device: torch.device) -> None:
    """Start measuring peak memory anew, where the system allows it."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    elif CLEAR_REFS.exists():
        try:
            CLEAR_REFS.write_text("5")
        except OSError:
            return


def peak_memory(device: torch.device) -> int:
    """Bytes: of the device's allocator on a GPU, else the process's peak resident size."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if STATUS.exists():
        for line in STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
