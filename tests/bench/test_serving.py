"""A server runs as long as its context, says why it does not, and leaves no process behind."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection

import psutil
import pytest

from bench.errors import UserError
from bench.serving import HOST, Place, check_host, check_port, claimed_port, free_port, started

HEALTHY = (
    "import http.server, sys; http.server.test(http.server.SimpleHTTPRequestHandler, "
    "port=int(sys.argv[1]), bind=sys.argv[2])"
)


# Starts it as a command does, says so, and waits for nothing that would come.
STARTER = """
import os, sys, time
from bench.serving import Place, started
place = Place(sys.argv[1], int(sys.argv[2]), "/")
command = [sys.executable, "-c", sys.argv[3], sys.argv[2], sys.argv[1]]
with started(command, place, "it", os.environ) as server:
    print(server.address, flush=True)
    time.sleep(600)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
N_SECONDS = 15


def of(code, place):
    return [sys.executable, "-c", code, str(place.port), place.host]


@pytest.fixture
def place():
    with closing(socket.create_server((HOST, 0))) as listener:
        port = listener.getsockname()[1]
    return Place(HOST, port, "/")


def test_it_answers_inside_and_is_gone_outside(place):
    before = set(psutil.Process().children(recursive=True))
    with started(of(HEALTHY, place), place, "it", os.environ) as server:
        assert server.address == f"http://127.0.0.1:{place.port}"
        with closing(HTTPConnection(place.host, place.port)) as connection:
            connection.request("GET", "/")
            assert connection.getresponse().status == 200
        mine = set(psutil.Process().children(recursive=True)) - before
        assert mine
    assert not place.answers()
    assert not [one for one in mine if one.is_running()]


@pytest.mark.parametrize("code", [HEALTHY, STUBBORN + HEALTHY], ids=["willing", "stubborn"])
def test_it_is_gone_where_its_starter_is_killed(place, code):
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, place.host, str(place.port), code], stdout=subprocess.PIPE
    )
    with starter:
        assert starter.stdout.readline().strip() == place.address.encode()
        mine = psutil.Process(starter.pid).children(recursive=True)
        assert len(mine) == 2
        starter.send_signal(signal.SIGKILL)
    _, left = psutil.wait_procs(mine, N_SECONDS)
    assert not left
    check_port(place.port)


def test_one_that_says_nothing_of_its_end_says_how_it_ended(place):
    killed = "import os; os.kill(os.getpid(), 9)"
    with (
        pytest.raises(UserError, match="it did not start: exit code 137"),
        started(of(killed, place), place, "it", os.environ),
    ):
        pass


def test_one_that_does_not_start_says_its_last_line(place):
    dies = "import sys; print('first'); sys.exit('no such thing')"
    with (
        pytest.raises(UserError, match="it did not start: no such thing"),
        started(of(dies, place), place, "it", os.environ),
    ):
        pass


def test_one_that_is_heard_speaks_for_itself(place, capfd):
    dies = "import sys; print('on one'); sys.exit('on the other')"
    with (
        pytest.raises(UserError, match="it did not start: exit code 1"),
        started(of(dies, place), place, "it", os.environ, is_heard=True),
    ):
        pass
    said = capfd.readouterr()
    assert said.out == ""
    assert sorted(said.err.splitlines()) == ["on one", "on the other"]


def test_a_taken_port_is_refused_or_another_one_found():
    with closing(socket.create_server((HOST, 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(UserError, match=f"--port {port}: is taken"):
            check_port(port)
        assert free_port(port) != port
    check_port(port)
    assert free_port(port) == port


def test_of_those_that_want_the_usual_port_at_once_one_gets_it(place):
    """However long it takes until a server listens there."""
    with claimed_port(place.port) as first:
        assert first == place.port
        with claimed_port(place.port) as second, claimed_port(place.port) as third:
            assert len({first, second, third}) == 3
    with claimed_port(place.port) as again, closing(socket.create_server((HOST, again))):
        assert again == place.port
    with (
        closing(socket.create_server((HOST, place.port))),
        claimed_port(place.port) as another,
    ):
        assert another != place.port


def test_an_address_of_another_machine_is_refused():
    check_host(HOST)
    check_host("localhost")
    with pytest.raises(UserError, match=r"--address 192\.0\.2\.1: is no address of this machine"):
        check_host("192.0.2.1")
    with pytest.raises(UserError, match="--address no such: is no address"):
        check_host("no such")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104 - where it is seen from here
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("localhost", "http://localhost:80"),
    ],
)
def test_where_a_browser_finds_it(host, address):
    assert Place(host, 80, "/").address == address


def test_where_others_find_one_that_listens_everywhere():
    everywhere = Place("0.0.0.0", 80, "/")  # noqa: S104 - nothing listens
    found = everywhere.address_for_others()
    own = {one.address for of_one in psutil.net_if_addrs().values() for one in of_one}
    assert found is None or found.removeprefix("http://").removesuffix(":80") in own
    assert Place(HOST, 80, "/").address_for_others() is None
