"""Suite -> runs: each experiment with each seed."""

from collections.abc import Mapping

from bench.errors import UserError
from bench.experiments.identity import identify
from bench.experiments.spec import Experiment, Run, Suite


def plan(
    suite: Suite, fingerprint: str, weights_sha256: Mapping[str, str], threads: int
) -> list[Run]:
    """The runs of a suite, seed by seed, so that the first comparison is there soonest.

    Args:
        suite: what to run.
        fingerprint: of its data set.
        weights_sha256: of each experiment's weights, by its name, where they are a file.
        threads: CPU threads for a run whose experiment does not say.

    Raises:
        UserError: where two experiments have the same settings, hence the same runs.
    """
    runs = [
        _run(suite, experiment, seed, fingerprint, weights_sha256, threads)
        for seed in suite.seeds
        for experiment in suite.experiments
    ]
    first: dict[str, str] = {}
    for run in runs:
        name = run.experiment.name
        if first.setdefault(run.configuration, name) != name:
            raise UserError(
                f"{suite.file}: experiment.{name}: has the same settings as "
                f"experiment.{first[run.configuration]}, and the same run is never done twice"
            )
    return runs


def _run(
    suite: Suite,
    experiment: Experiment,
    seed: int,
    fingerprint: str,
    weights_sha256: Mapping[str, str],
    threads: int,
) -> Run:
    digest = weights_sha256.get(experiment.name)
    return Run(
        suite=suite.name,
        data=suite.data,
        experiment=experiment,
        seed=seed,
        fingerprint=fingerprint,
        identity=identify(suite.data, experiment, fingerprint, digest, seed),
        configuration=identify(suite.data, experiment, fingerprint, digest, None),
        threads=experiment.threads or threads,
        profile=suite.profile,
    )
