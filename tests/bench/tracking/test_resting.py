"""While runs work the mirror rests between its rounds; at the end it rests no more."""

import time

from bench import launch
from bench.experiments.spec import DataSpec, Suite
from bench.launch import _Mirror
from bench.survey import Survey
from bench.tracking import is_mirrored

from .seen import own_uri
from .tracked_runs import SUITE, write_runs


def test_a_run_that_ends_while_the_mirror_rests_is_mirrored_at_the_end(make_results, monkeypatch):
    monkeypatch.setattr(launch, "_SECONDS_OF_REST_A_RUN", 600)
    results = make_results()
    first = write_runs(results, ("baseline", 0))
    mirror = _Mirror(Survey(_suite(results), results, ()))
    mirror.update()
    mirror._thread.join()
    assert is_mirrored(results, SUITE, own_uri(results), first)

    both = write_runs(results, ("baseline", 1))
    mirror.update()
    mirror._thread.join(0.5)
    assert mirror._thread.is_alive()
    assert not is_mirrored(results, SUITE, own_uri(results), both)

    began = time.monotonic()
    assert mirror.finish() == ()
    assert time.monotonic() - began < 300
    assert is_mirrored(results, SUITE, own_uri(results), both)


def _suite(results):
    data = DataSpec("tracks", results / "photos", image_size=32)
    file = results / "experiments.toml"
    return Suite(SUITE, data, (0,), (), file, log_models="never")
