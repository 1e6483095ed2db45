"""Starting Ray here, or joining a cluster, and what it then has."""

import logging
import os
import signal
import threading
from typing import Any

import ray

from ferbench.cores import THREAD_VARIABLES, cores
from ferbench.errors import UsageError
from ferbench.grid.executor import LOCAL, Workforce

ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_AIR_NEW_OUTPUT": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "TUNE_WARN_EXCESSIVE_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "0",
}
"""Set before Ray starts: no reports home, no lower priority, no logs besides our
records, and Ctrl-C reaches us."""


def start_ray(force: Workforce, threads: int) -> None:
    """Start Ray here with so many threads a worker, or join the cluster; once a process.

    What SIGTERM does stays as it was: Ray's own answer is a trace of its C++ and an abort.
    """
    if ray.is_initialized():
        return
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    logging.getLogger("ray.tune").setLevel(logging.CRITICAL)
    start: dict[str, Any] = {"address": force.address}
    if force.address == LOCAL:
        start |= {
            "num_cpus": force.cpus,
            "num_gpus": force.gpus,
            "include_dashboard": False,
            "runtime_env": {"env_vars": {name: str(threads) for name in THREAD_VARIABLES}},
        }
    when_terminated = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(**start, log_to_driver=False, logging_level=logging.ERROR)
    except Exception as error:  # a start that takes too long raises no class of its own
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UsageError(
            f"Ray at {force.address!r} did not start or answer ({reason}): run the same command "
            "again, or with --executor inline"
        ) from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, when_terminated)


def most_cores(force: Workforce, threads: int) -> float:
    """Of the largest machine; before Ray is started here, those that it will be given."""
    if force.address == LOCAL and not ray.is_initialized():
        return cores() if force.cpus is None else force.cpus
    start_ray(force, threads)
    return max(node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"])
