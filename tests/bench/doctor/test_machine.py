"""The machine that the tests run on, as the doctor sees it."""

import re
import sys

import pytest
import torch

from bench.doctor import machine
from bench.survey import cpus


def test_this_python_is_new_enough():
    found = machine.python()
    assert found.status == "ok"
    assert sys.executable in found.found


def test_an_older_python_is_missing_what_is_needed(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 2))
    found = machine.python()
    assert found.status == "missing"
    assert found.advice == "3.11 or newer is needed"


def test_the_versions_of_what_computes_are_named():
    assert f"torch {torch.__version__}" in machine.packages().found


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_cpu_is_named_with_how_many_of_them_and_what_would_be_faster():
    found = machine.device()
    assert found.status == "note"
    assert found.found.startswith("cpu (")
    assert f"{cpus()} CPUs" in found.found
    assert "GPU would be used" in found.advice


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_a_gpu_is_named_with_its_memory():
    found = machine.device()
    assert found.status == "ok"
    assert torch.cuda.get_device_name() in found.found
    assert re.search(r"\d GB on the GPU", found.found)


def test_precision_auto_is_what_a_run_would_resolve_it_to():
    from runners.device import choose_device, is_fast_at_bf16

    meant = "bf16" if is_fast_at_bf16(choose_device()) else "fp32"
    assert f'"auto" means {meant}' in machine.precision().found


class TestMemory:
    """Read from the system, and nothing is made up where it does not say."""

    @pytest.fixture
    def meminfo(self, tmp_path, monkeypatch):
        file = tmp_path / "meminfo"
        monkeypatch.setattr(machine, "_MEMINFO", file)
        return file

    def test_here_it_is_known(self):
        assert re.fullmatch(r"[\d.]+ [GM]B available of [\d.]+ [GM]B", machine.memory().found)

    def test_what_is_available_counts_not_what_is_unused(self, meminfo):
        meminfo.write_text(
            "MemTotal: 16000000 kB\nMemFree: 100000 kB\nMemAvailable: 8000000 kB\nHugePages: 0\n"
        )
        found = machine.memory()
        assert (found.status, found.found) == ("ok", "8.2 GB available of 16 GB")

    def test_little_of_it_is_worth_a_note(self, meminfo):
        meminfo.write_text("MemTotal: 16000000 kB\nMemAvailable: 500000 kB\n")
        found = machine.memory()
        assert (found.status, found.found) == ("note", "512 MB available of 16 GB")
        assert "batch_size" in found.advice

    @pytest.mark.usefixtures("meminfo")
    def test_a_system_that_does_not_say_is_unknown(self, monkeypatch):
        monkeypatch.delattr("os.sysconf")
        found = machine.memory()
        assert (found.status, found.advice) == ("note", "")
        assert "unknown" in found.found
