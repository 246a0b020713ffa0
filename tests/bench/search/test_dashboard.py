"""optuna-dashboard, where it is installed, on this machine alone."""

import socket
import sys

import pytest

from bench.errors import UserError
from bench.search.dashboard import free_port, serve


def test_without_the_extra_a_line_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "optuna_dashboard", None)
    with pytest.raises(UserError, match=r"pip install 'trackbench\[dashboard\]'"):
        serve(f"sqlite:///{tmp_path / 'studies.db'}")


def test_a_port_that_somebody_has_is_passed_over():
    first = free_port()
    with socket.socket() as busy:
        busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        busy.bind(("127.0.0.1", first))
        busy.listen()
        assert free_port() > first
