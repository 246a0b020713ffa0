"""optuna-dashboard on the storage of the searches, on this machine alone."""

from contextlib import suppress

from bench.errors import UserError
from bench.search.storage import connect
from bench.serving import HOST, claimed_port

_USUAL_PORT = 8080


def serve(url: str) -> None:
    """Serves until it is interrupted.

    Raises:
        UserError: optuna-dashboard is not installed, or the storage cannot be used.
    """
    try:
        from optuna_dashboard import run_server
    except ImportError:
        raise UserError(
            "--dashboard: optuna-dashboard is not installed; pip install 'trackbench[dashboard]'"
        ) from None
    storage = connect(url)
    with claimed_port(_USUAL_PORT) as port, suppress(KeyboardInterrupt):
        print(f"http://{HOST}:{port}/dashboard/ until Ctrl-C", flush=True)  # noqa: T201
        run_server(storage, host=HOST, port=port)
