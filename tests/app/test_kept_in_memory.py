"""An upload of any size that is let in never touches the disk while it arrives."""

import asyncio

import pytest
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser

from app.kept_in_memory import keep_uploads_in_memory
from app.uploads import MOST_MEGABYTES

from .files import MEGABYTE

HEADERS = Headers({"content-type": "multipart/form-data; boundary=here"})
HEAD = (
    b'--here\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
    b"Content-Type: image/jpeg\r\n\r\n"
)


async def sent(n_bytes):
    yield HEAD
    for _ in range(n_bytes // MEGABYTE):
        yield b"x" * MEGABYTE
    yield b"\r\n--here--\r\n"


async def arrived(n_bytes):
    """Whether the file went to the disk on its way, and how much of it arrived."""
    form = await MultiPartParser(HEADERS, sent(n_bytes)).parse()
    file = form["file"].file
    rolled, content = file._rolled, file.read()
    await form.close()
    return rolled, len(content)


@pytest.fixture
def usual(monkeypatch):
    """What the framework does by itself, and does again after the test."""
    monkeypatch.setattr(MultiPartParser, "spool_max_size", MEGABYTE)


def test_the_framework_alone_would_write_it_to_a_file(usual):
    assert asyncio.run(arrived(2 * MEGABYTE)) == (True, 2 * MEGABYTE)


def test_an_upload_at_the_limit_stays_in_memory(usual):
    keep_uploads_in_memory()
    limit = (MOST_MEGABYTES + 1) * MEGABYTE
    assert asyncio.run(arrived(limit)) == (False, limit)
