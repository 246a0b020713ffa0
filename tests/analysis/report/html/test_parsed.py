"""The strict reader finds what it is there to find."""

import pytest

from .parsed import ParsedPage


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("<p><b>x</p>", "</p> in line 1 closes ['b']"),
        ("<div><p>x</p>", "<div> is never closed"),
        ('<i id="a"></i><i id="a"></i>', "#a stands twice"),
        ('<a href="#b">x</a>', "#b is nowhere"),
        ('<a href="https://x.org">x</a>', "<a href=https://x.org>"),
        ('<img src="//x.org/y.png" alt="y">', "<img src=//x.org/y.png>"),
        ('<p style="background: url(http://x.org/y)">x</p>', "style loads http://x.org/y"),
        ("<style>@import 'http://x.org';</style>", "style loads 'http://x.org';"),
        ('<p onclick="alert(1)">x</p>', "<p onclick>"),
        ('<img src="data:,">', "a picture without words"),
        ("<svg><path/></svg>", "a picture without words"),
        ('<svg role="img" aria-labelledby="t"><title id="t"> </title></svg>', "a picture without"),
    ],
)
def test_a_problem_is_named(page, problem):
    assert problem in ParsedPage(page).problems[0]


def test_a_sound_page_has_no_problem_and_is_read():
    page = ParsedPage(
        '<section id="s"><p>a&amp;b</p><table><tr><th>c</th><td>d<br>e</td></tr></table></section>'
        '<svg role="img" aria-labelledby="t"><title id="t">what</title><use href="#t"/></svg>'
        "<script>f()</script>"
    )
    assert page.problems == []
    assert page.text == "a&b c d e"
    assert page.rows == {"s": [["c", "d e"]]}
    assert page.alternatives == ["what"]
    assert page.n_scripts == 1
