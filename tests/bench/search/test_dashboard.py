"""optuna-dashboard, where it is installed, on this machine alone."""

import socket
import sys
from contextlib import closing
from types import SimpleNamespace

import pytest

from bench.errors import UserError
from bench.search.dashboard import serve


def test_without_the_extra_a_line_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "optuna_dashboard", None)
    with pytest.raises(UserError, match=r"pip install 'trackbench\[dashboard\]'"):
        serve(f"sqlite:///{tmp_path / 'studies.db'}")


def test_it_is_served_until_ctrl_c_and_not_where_somebody_is(monkeypatch, tmp_path, capsys):
    served = []

    def run_server(_storage, host, port):
        served.append(f"http://{host}:{port}/dashboard/ until Ctrl-C\n")
        raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "optuna_dashboard", SimpleNamespace(run_server=run_server))
    with closing(socket.create_server(("127.0.0.1", 0))) as busy:
        taken = busy.getsockname()[1]
        monkeypatch.setattr("bench.search.dashboard._USUAL_PORT", taken)
        serve(f"sqlite:///{tmp_path / 'studies.db'}")
    assert [capsys.readouterr().out] == served
    assert served[0].startswith("http://127.0.0.1:")
    assert f":{taken}/" not in served[0]
