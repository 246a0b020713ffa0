"""Reads a page as strictly as a browser is lenient, and lists what is wrong with it."""

import re
from html.parser import HTMLParser

_VOID = {"br", "hr", "img", "input", "link", "meta"}
_LOADING = {"src", "srcset", "href", "xlink:href", "poster", "data", "action", "background"}
_IN_STYLE = re.compile(r"url\(\s*['\"]?([^'\")]*)|@import\s+(\S+)")
_POINTING = {"aria-labelledby", "aria-describedby", "for"}


class ParsedPage(HTMLParser):
    """What a test wants to know of a page.

    `problems` are unclosed or wrongly closed tags, ids that stand twice, references to what is not
    in the page, handlers in attributes, and pictures without words. `text` is what people read;
    `rows` are the cells of each table row by the id of the section; `alternatives` the texts of the
    pictures; `n_scripts` how many scripts there are.
    """

    def __init__(self, page):
        super().__init__()
        self.problems, self.alternatives, self.rows = [], [], {}
        self.n_scripts = 0
        self._open, self._ids, self._pointers, self._words = [], {}, [], []
        self._section, self._row, self._labels = "", None, []
        self.feed(page)
        self.close()
        self.problems += [f"<{tag}> is never closed" for tag in self._open]
        self.problems += [f"#{name} is nowhere" for name in self._pointers if name not in self._ids]
        self.alternatives += ["".join(self._ids.get(name, "")).strip() for name in self._labels]
        self.problems += ["a picture without words" for text in self.alternatives if not text]
        self.text = " ".join("".join(self._words).split())

    def handle_starttag(self, tag, attrs):
        self._attributes(tag, dict(attrs))
        if tag not in _VOID:
            self._open.append(tag)
        self.n_scripts += tag == "script"
        if tag == "tr":
            self._row = []
        elif tag in ("td", "th") and self._row is not None:
            self._row.append("")
        elif self._row:
            self._row[-1] += " "
        self._words.append(" ")

    def handle_startendtag(self, tag, attrs):
        self._attributes(tag, dict(attrs))

    def handle_endtag(self, tag):
        if not self._open or self._open[-1] != tag:
            self.problems.append(f"</{tag}> in line {self.getpos()[0]} closes {self._open[-1:]}")
            return
        self._open.pop()
        if tag == "tr":
            self.rows.setdefault(self._section, []).append([" ".join(c.split()) for c in self._row])
            self._row = None
        self._words.append(" ")

    def handle_data(self, data):
        within = self._open[-1] if self._open else ""
        if within == "style":
            self._check_style(data)
        if within in ("style", "script"):
            return
        if within == "title" and "svg" in self._open:
            self._ids[self._last_id] += data
        else:
            self._words.append(data)
        if self._row:
            self._row[-1] += data

    def _attributes(self, tag, found):
        if "id" in found:
            self._last_id = found["id"]
            if self._last_id in self._ids:
                self.problems.append(f"#{self._last_id} stands twice")
            self._ids[self._last_id] = ""
        if tag == "section":
            self._section = found["id"]
        if tag == "img":
            self.alternatives.append(found.get("alt") or "")
        if tag == "svg" and "aria-hidden" not in found:
            self._labels.append(found.get("aria-labelledby") if found.get("role") == "img" else "")
        for name, value in found.items():
            self._attribute(tag, name, value or "")

    def _attribute(self, tag, name, value):
        if name.startswith("on"):
            self.problems.append(f"<{tag} {name}>")
        if name in _POINTING:
            self._pointers += value.split()
        elif name in _LOADING and value.startswith("#"):
            self._pointers.append(value[1:])
        elif name in _LOADING and not value.startswith("data:"):
            self.problems.append(f"<{tag} {name}={value[:60]}>")
        self._check_style(value)

    def _check_style(self, style):
        for match in _IN_STYLE.finditer(style):
            target = match[1] or match[2] or ""
            if not target.startswith(("#", "data:")):
                self.problems.append(f"style loads {target[:60]}")


def parsed(page):
    """The page, once nothing is wrong with it."""
    found = ParsedPage(page)
    assert found.problems == []
    assert found.n_scripts == 1
    return found
