"""Uploads stay in memory: no file of a visitor's is ever written to the disk."""

from starlette.formparsers import MultiPartParser

from app.uploads import MOST_MEGABYTES


def keep_uploads_in_memory() -> None:
    """Tells the server to hold whole uploads in memory.

    Streamlit keeps what was uploaded in memory, but the web framework below it would put what is
    larger than 1 MB into a temporary file while it arrives.
    """
    MultiPartParser.spool_max_size = (MOST_MEGABYTES + 2) * 1024 * 1024
