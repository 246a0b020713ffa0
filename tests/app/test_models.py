"""A model is shared by visitors; while it learns for one what is familiar, no other waits."""

from threading import Event, Thread

import numpy as np
import pytest

from app.mixups import matrix_of_test
from app.models import Model
from app.predictor import load_predictor
from app.reference import learn_reference
from tests.bench.trained_runs import survey


@pytest.fixture
def model(home):
    predictor = load_predictor(survey(home).records[0])
    return Model(predictor, matrix_of_test(predictor.record.predictions(), predictor.classes))


def test_while_it_learns_others_are_told_and_answered(model, home, monkeypatch):
    side = model.predictor.classifier.image_size
    has_begun, may_go_on = Event(), Event()

    def slowly(*arguments):
        has_begun.set()
        assert may_go_on.wait(60)
        return learn_reference(*arguments)

    monkeypatch.setattr("app.models.learn_reference", slowly)
    monkeypatch.setattr("app.models._SECONDS_TO_READ", 0.01)
    first = Thread(target=model.check, args=(home / "photos",))
    first.start()
    try:
        assert has_begun.wait(60)
        assert "is just learning" in model.check(home / "photos").problem
        assert model.answer(np.zeros((side, side, 3), np.uint8)).confidence > 0
    finally:
        may_go_on.set()
        first.join()
    assert model.check(home / "photos").familiarity is not None
