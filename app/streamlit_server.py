"""How Streamlit is started for the page: on this machine alone, silent, and keeping nothing."""

import sys
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from app.uploads import MOST_MEGABYTES
from bench.errors import UserError
from bench.serving import Place

USUAL_PORT = 8501
_HEALTH = "/_stcore/health"
_PAGE = Path(__file__).with_name("page.py")
_ACCENT = {"light": "#2f6b4f", "dark": "#7fc8a2"}


def check_streamlit() -> None:
    """Refuses to go on without Streamlit.

    Raises:
        UserError: it is not installed.
    """
    if find_spec("streamlit") is None:
        raise UserError('Streamlit is not installed; pip install "trackbench[app]"')


def place_of(host: str, port: int) -> Place:
    """Where the page will be."""
    return Place(host, port, _HEALTH)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def has_camera(url: str | None) -> bool:
    """Whether a browser lets the page at this address see a camera, as far as one can tell."""
    if url is None:
        return True
    parts = urlsplit(url)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


def command(place: Place, settings: Path) -> list[str]:
    """The command that serves the page, with what `app.settings` wrote into a file."""
    options = {
        "server.address": place.host,
        "server.port": str(place.port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        # Room for what surrounds a file on its way; the page itself holds files to the limit.
        "server.maxUploadSize": str(MOST_MEGABYTES + 1),
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        # Its tables' own export would let a name be run as a formula; ours does not.
        "client.disableDataExport": "true",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": "false",
        "logger.enableRich": "false",
        "logger.level": "warning",
        "logger.hideWelcomeMessage": "true",
        "theme.light.primaryColor": _ACCENT["light"],
        "theme.dark.primaryColor": _ACCENT["dark"],
        "theme.baseRadius": "medium",
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    if is_loopback(place.host):
        # Another site whose name was made to lead here (DNS rebinding) gets nothing.
        for name in ("localhost", "127.0.0.1", "::1"):
            flags += ["--server.allowedHosts", name]
    # Without -P a folder `app` where the user stands would be taken for this package.
    start = [sys.executable, "-P", "-m", "streamlit", "run", str(_PAGE), *flags]
    return [*start, "--", str(settings)]
