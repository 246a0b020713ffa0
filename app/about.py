"""The page about the model."""

import streamlit as st

from app.chooser import choose
from app.fragments import heading
from app.settings import Settings


def show(settings: Settings) -> None:
    """Draws the page."""
    st.html(heading("About the model", settings.suite))
    choose(settings)
