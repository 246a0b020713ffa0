"""The server is told to listen here alone, to report to nobody, and whom to answer."""

import importlib.util
from pathlib import Path

import pytest
from streamlit import config

from app.streamlit_server import check_streamlit, command, has_camera, is_loopback, place_of
from bench.errors import UserError

SETTINGS = Path("page.json")


def options(host):
    words = command(place_of(host, 8501), SETTINGS)
    flags = words[words.index("run") + 2 : words.index("--")]
    return list(zip(flags[::2], flags[1::2], strict=True))


def test_the_page_is_held_to_the_address_and_reports_nothing():
    found = dict(options("127.0.0.1"))
    assert found["--server.address"] == "127.0.0.1"
    assert found["--browser.gatherUsageStats"] == "false"
    assert found["--server.fileWatcherType"] == "none"


def test_every_option_is_one_that_streamlit_has():
    known = config._config_options_template
    for name, _ in options("127.0.0.1"):
        assert name.removeprefix("--") in known, name


def test_on_this_machine_other_names_than_its_own_get_no_answer():
    allowed = [value for name, value in options("127.0.0.1") if name == "--server.allowedHosts"]
    assert allowed == ["localhost", "127.0.0.1", "::1"]
    assert "--server.allowedHosts" not in dict(options("192.168.1.5"))


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - nothing listens there
        ("192.168.1.5", False),
        ("::", False),
        ("example.org", False),
    ],
)
def test_what_only_this_machine_can_reach(host, expected):
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:8501", True),
        ("http://127.0.0.1:8501/about", True),
        ("http://[::1]:8501", True),
        ("https://tracks.example.org/", True),
        ("http://192.168.1.5:8501", False),
        ("http://tracks.example.org/", False),
        (None, True),
    ],
)
def test_where_a_browser_gives_the_page_a_camera(url, expected):
    assert has_camera(url) is expected


def test_without_streamlit_a_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(
        "app.streamlit_server.find_spec",
        lambda name: None if name == "streamlit" else importlib.util.find_spec(name),
    )
    with pytest.raises(UserError, match=r'pip install "trackbench\[app\]"'):
        check_streamlit()
