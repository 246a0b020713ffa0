"""A real MLflow server that can be stopped and started again on the same store and port."""

import os
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from http.client import HTTPConnection

DEFAULT = "/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default"


class Server:
    """A server whose store lies in a folder."""

    def __init__(self, folder):
        self._folder = folder
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            self._port = listener.getsockname()[1]
        self._process = None

    @property
    def uri(self):
        return f"http://127.0.0.1:{self._port}"

    def start(self):
        """Starts it and waits until it answers."""
        command = f"-m mlflow server --host 127.0.0.1 --port {self._port} --workers 1".split()
        command += ["--backend-store-uri", f"sqlite:///{self._folder}/served.db"]
        command += ["--artifacts-destination", str(self._folder / "served")]
        environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                stdout=log,
                stderr=log,
                env=environment,
                cwd=self._folder,
            )
        self._wait()
        return self

    def _wait(self):
        for _ in range(600):
            assert self._process.poll() is None, "the server ended"
            with suppress(OSError):
                if self._status_of("/health", seconds=1) == 200:
                    # The first answer from its store takes longer than `bench` waits for one.
                    assert self._status_of(DEFAULT, seconds=60) == 200
                    return
            time.sleep(0.1)
        raise AssertionError("the server did not answer")

    def _status_of(self, path, seconds):
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=seconds)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status

    def stop(self):
        """Stops it, if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None
