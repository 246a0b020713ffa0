"""The photos that a visitor gives, which stay while the visitor looks at another page."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app.uploads import MOST_FILES, MOST_MEGABYTES, MOST_MEGAPIXELS, SUFFIXES

_UPLOADER, _KEPT = "photos", "kept_photos"


def given_photos() -> list[UploadedFile]:
    """Asks for photos; gives those of now, or those from before the visitor was elsewhere.

    Streamlit empties what asks for files once it is not on the page. This visitor's session alone
    keeps them, until they are replaced, taken away, or the page is closed.
    """
    files = st.file_uploader(
        f"One photo or several, up to {MOST_MEGAPIXELS} megapixels each",
        type=list(SUFFIXES),
        accept_multiple_files=True,
        max_upload_size=MOST_MEGABYTES,
        key=_UPLOADER,
        on_change=_keep,
    )
    kept: list[UploadedFile] = st.session_state.get(_KEPT, [])
    if kept and not files:
        photos = "photo" if len(kept) == 1 else f"{len(kept)} photos"
        st.button(f"Take the {photos} away", on_click=_forget, icon=":material/close:")
        files = kept
    if len(files) > MOST_FILES:
        st.warning(f"These are {len(files)} photos; the first {MOST_FILES} are looked at.")
    return files[:MOST_FILES]


def _keep() -> None:
    """Called where the visitor has added or removed files, and not where the page did."""
    st.session_state[_KEPT] = list(st.session_state[_UPLOADER])


def _forget() -> None:
    st.session_state[_KEPT] = []
