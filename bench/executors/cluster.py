"""A Ray cluster: connected to, or started here, and how its room is shared among runs."""

import contextlib
import os
import socket
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from bench.errors import UserError
from bench.experiments.spec import Run

_SECONDS_TO_ANSWER = 5.0


@dataclass(frozen=True)
class Cluster:
    """A cluster that this process is connected to, and how to share it.

    Attributes:
        jobs: runs at a time; None for as many as there is room for.
        per_gpu: runs on each GPU.
        has_gpus: whether runs compute on GPUs: all do, or none.
    """

    jobs: int | None = None
    per_gpu: int = 1
    has_gpus: bool = False

    @property
    def n_gpus(self) -> int:
        """GPUs of all nodes."""
        return int(import_ray().cluster_resources().get("GPU", 0))

    @property
    def cpus_of_nodes(self) -> list[int]:
        """CPUs of each living node that has any."""
        nodes = [node["Resources"] for node in import_ray().nodes() if node["Alive"]]
        return [int(one["CPU"]) for one in nodes if one.get("CPU", 0) >= 1]

    def room(self) -> int:
        """How many runs may work at a time: one on each GPU or node, unless told otherwise."""
        if self.jobs is not None:
            return self.jobs
        return max(1, self.n_gpus * self.per_gpu or len(self.cpus_of_nodes))

    def threads(self) -> int:
        """CPU threads for a run whose experiment does not say: its share of the smallest node."""
        nodes = self.cpus_of_nodes or [1]
        runs_of_a_node = -(-self.room() // len(nodes))
        return max(1, min(nodes) // runs_of_a_node)

    def options(self, run: Run) -> dict[str, Any]:
        """What Ray is to reserve for a run. This module decides what is tried again, and when.

        Raises:
            UserError: there is no such node; Ray would wait for one without a word.
        """
        largest = max(self.cpus_of_nodes, default=0)
        if run.threads > largest:
            raise UserError(
                f"{run.experiment.name}.threads = {run.threads}: the largest node of the cluster "
                f"has {largest} CPUs"
            )
        if self.has_gpus and not self.n_gpus:
            raise UserError("the cluster's GPUs are gone")
        return {
            "num_cpus": run.threads,
            "num_gpus": 1 / self.per_gpu if self.has_gpus else 0,
            "max_retries": 0,
            "scheduling_strategy": "SPREAD",
            "name": f"{run.experiment.name} seed {run.seed}",
        }


@contextlib.contextmanager
def connected(
    address: str | None, jobs: int | None, per_gpu: int | None
) -> Generator[Cluster, None, None]:
    """Connects to a cluster, or starts one of this machine alone.

    Args:
        address: of the cluster, as `ray.init` takes it; None starts one here.
        jobs: runs at a time.
        per_gpu: runs on each GPU.

    Raises:
        UserError: Ray is not installed, there is no cluster, or there is no GPU for `per_gpu`.
    """
    # Ray asks to send figures of its use, unless the user has chosen.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray = import_ray()
    _check_address(address)
    try:
        ray.init(
            address=address,
            include_dashboard=None if address else False,
            log_to_driver=False,
            logging_level="error",
        )
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise UserError(
            f"--address {address}: no Ray cluster answers there: {reason[:200]}"
        ) from None
    try:
        cluster = Cluster(jobs, per_gpu or 1)
        cluster = replace(cluster, has_gpus=cluster.n_gpus > 0)
        if per_gpu is not None and not cluster.has_gpus:
            raise UserError(f"--per-gpu {per_gpu}: no node of the cluster has a GPU")
        yield cluster
    finally:
        ray.shutdown()


def _check_address(address: str | None) -> None:
    """Ray itself tries for minutes to reach an address where nobody answers."""
    host, _, port = (address or "").rpartition(":")
    if not host or not port.isdecimal():
        return
    try:
        with socket.create_connection((host.rpartition("//")[2], int(port)), _SECONDS_TO_ANSWER):
            pass
    except (OSError, OverflowError) as error:
        raise UserError(f"--address {address}: no Ray cluster answers there ({error})") from None


def import_ray() -> Any:
    """The library, which is an extra.

    Raises:
        UserError: it is not installed.
    """
    try:
        import ray
    except ImportError:
        raise UserError(
            "--executor ray: Ray is not installed; pip install 'trackbench[ray]'"
        ) from None
    return ray
