"""`mlflow models serve` answers with species and probabilities."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import numpy as np
import pytest

from bench.results.records import complete_runs
from bench.tracking import ModelRule
from tests.bench.trained_runs import train

from .seen import own_uri, seen, sync

pytestmark = [pytest.mark.slow, pytest.mark.side_by_side]


def ask(port, method, path, body=None):
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()


def wait_until_it_answers(process, port, log):
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None, f"the server ended:\n{log.read_text()}"
        try:
            if ask(port, "GET", "/ping")[0] == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.2)
    raise AssertionError("the server did not answer")


@pytest.fixture
def served(tmp_path, tmp_path_factory):
    """A suite with a trained model, and the port where that is served."""
    home = train(tmp_path_factory.mktemp("home"))
    results = home / "results"
    assert sync(results, ModelRule("always"), "tiny").n_models == 2
    model = seen(results, "tiny").runs["net seed 0"].data.tags["trackbench.model"]
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local"]
    command += ["-m", f"models:/{model}", "--port", str(port)]
    environment = os.environ | {
        "MLFLOW_TRACKING_URI": own_uri(results),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PYTHONPATH": str(Path(__file__).parents[3]),
        # MLflow looks for its web server's command there.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=environment, cwd=tmp_path, start_new_session=True
        )
    try:
        wait_until_it_answers(process, port, tmp_path / "log")
        yield home, port
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_photo_sent_over_http_gets_the_answer_of_the_run(served):
    home, port = served
    record = next(complete_runs(home / "results" / "tiny"))
    predictions = record.predictions()
    test = predictions[predictions["split"] == "test"].head(3)
    photos = [(home / "photos" / "test" / path).read_bytes() for path in test["path"]]
    rows = [[base64.b64encode(photo).decode()] for photo in photos]
    body = json.dumps({"dataframe_split": {"columns": ["image"], "data": rows}})
    status, answer = ask(port, "POST", "/invocations", body)
    assert status == 200, answer
    told = json.loads(answer)["predictions"]
    assert [one["species"] for one in told] == list(test["predicted"])
    for one, (_, row) in zip(told, test.iterrows(), strict=True):
        names = [name for name in one if name.startswith("p:")]
        np.testing.assert_allclose([one[name] for name in names], row[names].to_list(), atol=1e-4)
    broken = json.dumps({"dataframe_split": {"columns": ["image"], "data": [["bm8gaW1hZ2U="]]}})
    status, answer = ask(port, "POST", "/invocations", broken)
    assert status == 400
    assert b"row 1: image is no image file" in answer
