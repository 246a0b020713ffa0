"""The options that several commands have, and what they ask for together."""

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.errors import UserError
from bench.experiments.packaged import SUITE_FILE, packaged_suite

if TYPE_CHECKING:
    from bench.experiments.spec import Suite
    from bench.survey import Survey

Names = Annotated[
    list[str] | None, typer.Argument(help="Experiments, by name or glob.", show_default=False)
]
File = Annotated[
    Path | None,
    typer.Option(
        "-f",
        "--file",
        help=f"The suite file; else {SUITE_FILE} here, else the one that comes with bench.",
        show_default=False,
    ),
]
Results = Annotated[Path, typer.Option("--results", help="The folder of all results.")]
Profile = Annotated[str | None, typer.Option("--profile", help="A profile that the file has.")]
Quick = Annotated[bool, typer.Option("--quick", help="The same as --profile quick.")]
Seeds = Annotated[str | None, typer.Option("--seeds", help="Such as 0,1 or 0-4.")]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", help="KEY=VALUE, such as experiment.NAME.optimizer.lr=3e-5; repeatable."),
]
LogModels = Annotated[
    bool | None,
    typer.Option(
        "--log-models/--no-log-models",
        help="Log the selected models to MLflow; else as suite.log_models has it.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
DEFAULT_RESULTS = Path("results")
_QUICK = "quick"


@dataclass(frozen=True)
class Request:
    """What a command was asked for, with the suite file found.

    `folder` is where relative paths in the file are meant from; None: its own folder.
    """

    file: Path
    folder: Path | None
    results: Path
    profile: str | None
    assignments: tuple[str, ...]
    seeds: str | None
    names: tuple[str, ...]

    def suite(self) -> "Suite":
        """Reads the suite file.

        Raises:
            UserError: a line for each mistake in it, or in what was asked for.
        """
        from bench.experiments.config import load_suite, parse_seeds

        return load_suite(
            self.file,
            profile=self.profile,
            assignments=self.assignments,
            seeds=parse_seeds(self.seeds) if self.seeds is not None else None,
            names=self.names,
            folder=self.folder,
        )

    def survey(self, threads: int | None = None) -> "Survey":
        """Reads the suite file and looks at what there is of it.

        Args:
            threads: CPU threads of a run whose experiment does not say; all CPUs where None.

        Raises:
            UserError: as `suite` does.
        """
        from bench.survey import cpus, take

        return take(self.suite(), self.results, threads=threads or cpus())

    @property
    def is_quick(self) -> bool:
        """Whether it is the quick profile that was asked for."""
        return self.profile == _QUICK

    def command(self, name: str, *arguments: str) -> str:
        """A command on this suite, as one types it: `bench NAME ARGUMENTS` and these options."""
        words = ["bench", name, *arguments]
        if self.folder is None and self.file != Path(SUITE_FILE):
            words += ["-f", str(self.file)]
        if self.profile is not None:
            words += ["--quick"] if self.is_quick else ["--profile", self.profile]
        if self.results != DEFAULT_RESULTS:
            words += ["--results", str(self.results)]
        for assignment in self.assignments:
            words += ["--set", assignment]
        return shlex.join(words)


def with_models(assignments: list[str] | None, log_models: bool | None) -> list[str]:
    """The overrides with what `--log-models` or `--no-log-models` says."""
    setting = {True: "always", False: "never"}
    said = [] if log_models is None else [f'suite.log_models="{setting[log_models]}"']
    return [*(assignments or ()), *said]


def requested(
    file: Path | None,
    results: Path,
    profile: str | None,
    quick: bool,
    assignments: list[str] | None,
    *,
    seeds: str | None = None,
    names: list[str] | None = None,
) -> Request:
    """Puts the shared options together. Says so where it is the packaged suite that is used.

    Raises:
        UserError: for two profiles, and where the named suite file is not there.
    """
    if quick and profile not in (None, _QUICK):
        raise UserError(f"--quick means --profile {_QUICK}, and --profile {profile} another one")
    found, folder = _suite_file(file)
    return Request(
        file=found,
        folder=folder,
        results=results,
        profile=_QUICK if quick else profile,
        assignments=tuple(assignments or ()),
        seeds=seeds,
        names=tuple(names or ()),
    )


def _suite_file(asked: Path | None) -> tuple[Path, Path | None]:
    """The file to read, and where its relative paths are meant from, if not from its folder."""
    file = Path(SUITE_FILE) if asked is None else asked
    if file.name != SUITE_FILE or file.exists() or file.is_symlink():
        return file, None
    if asked is not None:
        where = "" if file.parent == Path() else f" {shlex.quote(str(file.parent))}"
        raise UserError(f"{file}: no such file; `bench init{where}` makes one")
    sys.stderr.write(
        f"bench: there is no {SUITE_FILE} here, so the one that comes with bench is used; "
        "`bench init` puts a copy here\n"
    )
    return packaged_suite(), Path.cwd()
