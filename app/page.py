"""The page that `bench app` serves: what Streamlit runs, from top to bottom, for each visitor."""

import sys
from pathlib import Path

import streamlit as st

from app import about, identify
from app.fragments import style
from app.kept_in_memory import keep_uploads_in_memory
from app.settings import Settings, read_settings


def main() -> None:
    """Draws the page."""
    keep_uploads_in_memory()
    st.set_page_config(page_title="trackbench", page_icon="🐾", layout="centered")
    st.html(style())
    settings = _settings(Path(sys.argv[-1]))
    page = st.navigation(
        [
            st.Page(
                lambda: identify.show(settings), title="Identify", url_path="identify", default=True
            ),
            st.Page(lambda: about.show(settings), title="About the model", url_path="about"),
        ],
        position="top",
    )
    page.run()


@st.cache_resource(max_entries=1, show_spinner=False)
def _settings(file: Path) -> Settings:
    return read_settings(file)


main()
