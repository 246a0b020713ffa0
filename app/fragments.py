"""Pieces of the page as HTML. All text is escaped here; colours follow the page's theme."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from analysis.report.numbers import percent
from app.wording import Verdict

STYLE = Path(__file__).with_name("style.css")
_MARKS = {"sure": "✓", "unsure": "?", "unfamiliar": "!"}


def style() -> str:
    """The style sheet of all pieces."""
    return f"<style>{STYLE.read_text('utf-8')}</style>"


def heading(title: str, words: str) -> str:
    """The head of a page."""
    return f'<header class="tb-head"><h1>{escape(title)}</h1><p>{escape(words)}</p></header>'


def answer(name: str, latin: str, said: Verdict, bars: str) -> str:
    """A species as the answer, how it is to be taken, and the bars of the most probable ones."""
    italic = f'<p class="tb-latin">{escape(latin)}</p>' if latin else ""
    doubt = "" if said.mood == "sure" else "?"
    chip = f'<span class="tb-mark">{_MARKS[said.mood]}</span> {escape(said.headline)}'
    return (
        f'<section class="tb-answer tb-{said.mood}">'
        f'<p class="tb-chip">{chip}</p><h2>{escape(name)}{doubt}</h2>{italic}'
        f'<p class="tb-reason">{escape(said.reason)}</p>{bars}</section>'
    )


def bar_list(rows: Iterable[tuple[str, float]]) -> str:
    """Names with their probabilities (fractions) as bars, in the order given."""
    items = "".join(_bar(name, probability) for name, probability in rows)
    return f'<ol class="tb-bars">{items}</ol>'


def _bar(name: str, probability: float) -> str:
    width = f"{min(max(probability, 0.0), 1.0) * 100:.1f}%"
    return (
        f'<li><span class="tb-name">{escape(name)}</span>'
        f'<span class="tb-value">{escape(percent(probability))}</span>'
        f'<span class="tb-bar"><i style="width:{width}"></i></span></li>'
    )


def definitions(rows: Iterable[tuple[str, str]]) -> str:
    """What things are called, and what they are."""
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in rows)
    return f'<dl class="tb-facts">{items}</dl>'


def bullets(texts: Iterable[str], kind: str = "tb-list") -> str:
    """Sentences, one below the other."""
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f'<ul class="{kind}">{items}</ul>'


def section(title: str, *parts: str) -> str:
    """A part of the page under a title of its own."""
    return f'<section class="tb-section"><h3>{escape(title)}</h3>{"".join(parts)}</section>'


def disclosure(title: str, words: str, hidden: str, *, is_open: bool = False) -> str:
    """A title with a sentence, and what opens below them; `hidden` is HTML of this module."""
    shown = f"<strong>{escape(title)}</strong>" + (f"<span>{escape(words)}</span>" if words else "")
    if not hidden:
        return f'<div class="tb-more">{shown}</div>'
    state = " open" if is_open else ""
    return f'<details class="tb-more"{state}><summary>{shown}</summary>{hidden}</details>'


def paragraph(text: str, kind: str = "tb-text") -> str:
    """A sentence or two."""
    return f'<p class="{kind}">{escape(text)}</p>'


def tiles(rows: Iterable[tuple[str, str, str]]) -> str:
    """Numbers side by side: what each is, the number, and a few words on it."""
    items = "".join(
        f"<li><span>{escape(name)}</span><strong>{escape(number)}</strong>"
        f"<span>{escape(words)}</span></li>"
        for name, number, words in rows
    )
    return f'<ul class="tb-tiles">{items}</ul>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is text and whose others are numbers."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return (
        f'<div class="tb-scroll"><table class="tb-table"><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
