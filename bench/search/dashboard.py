"""optuna-dashboard on the storage of the searches, on this machine alone."""

import socket

from bench.errors import UserError
from bench.search.storage import connect

_HOST, _FIRST_PORT = "127.0.0.1", 8080


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
    port = free_port()
    print(f"http://{_HOST}:{port}/dashboard/ until Ctrl-C", flush=True)  # noqa: T201
    try:
        run_server(storage, host=_HOST, port=port)
    except KeyboardInterrupt:
        return


def free_port() -> int:
    """The usual port, or the next one that nobody has."""
    for port in range(_FIRST_PORT, _FIRST_PORT + 100):
        with socket.socket() as probe:
            if probe.connect_ex((_HOST, port)):
                return port
    raise UserError(f"--dashboard: no port from {_FIRST_PORT} on is free")
