"""`bench clean`: remove what killed processes left and caches long unused, after showing it."""

from typing import Annotated

import typer

from bench.cli import options
from bench.cli.terminal import make_console
from bench.errors import UserError


def clean(
    results: options.Results = options.DEFAULT_RESULTS,
    older_than: Annotated[
        float,
        typer.Option("--older-than", min=1, metavar="DAYS", help="Caches unused for so long go."),
    ] = 30.0,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them; else they are shown.")] = False,
) -> None:
    """Show what can be removed without loss; with --yes, remove it. Results are never touched."""
    from rich.table import Table

    from bench.cleaning import find_leftovers

    console = make_console()
    leftovers = find_leftovers(results, older_than)
    if not leftovers:
        console.print("nothing to remove")
        return
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("what", no_wrap=True)
    table.add_column("where", overflow="fold")
    total = 0
    for one in leftovers:
        total += one.n_bytes
        table.add_row(_size(one.n_bytes), one.what, str(one.path))
    console.print(table)
    if not yes:
        console.print(f"{_size(total)} can go; nothing was removed: --yes removes it")
        return
    failed = []
    for one in leftovers:
        try:
            one.remove()
        except OSError as error:
            failed.append(f"{one.path}: cannot be removed: {error.strerror or error}")
    console.print(f"{_size(total)} removed" if not failed else "removed, but for what follows")
    if failed:
        raise UserError("\n".join(failed))


def _size(n_bytes: float) -> str:
    """`12 B`, `3.4 MB`, in powers of 1,000."""
    for unit in ("B", "kB", "MB", "GB"):
        if n_bytes < 1000 or unit == "GB":
            return f"{n_bytes:.0f} {unit}" if unit == "B" else f"{n_bytes:.1f} {unit}"
        n_bytes /= 1000
    raise AssertionError
