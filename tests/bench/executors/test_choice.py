"""How many runs would work at a time, as a plan has it."""

import pytest

from bench.errors import UserError
from bench.executors.choice import How, division
from bench.executors.slots import visible_gpus

pytestmark = pytest.mark.skipif(bool(visible_gpus()), reason="of a machine without a GPU")


def test_the_cpus_are_divided_as_they_are_when_runs_work():
    assert division(How(jobs=2), cpus=5) == (2, 2)


@pytest.mark.parametrize("how", [How(), How(executor="ray", jobs=2)])
def test_nothing_is_said_where_nothing_was_asked_or_a_cluster_decides(how):
    assert division(how, cpus=4) is None


def test_what_cannot_be_done_is_refused_before_anything_runs():
    with pytest.raises(UserError, match="--per-gpu 2: there is no GPU here"):
        division(How(per_gpu=2), cpus=4)
