"""LaTeX that compiles; the structure is checked here, since a test machine may have no TeX."""

import re

import pytest

from analysis.report.latex import as_latex, escape

from .made import report_from
from .wide_study import EXPERIMENTS, PUBLISHED, SPECIES, study


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("gray_fox", r"gray\_fox"),
        ("50 % & $x$ #1 {y}", r"50 \% \& \$x\$ \#1 \{y\}"),
        (r"a\b~c^d", r"a\textbackslash{}b\textasciitilde{}c\textasciicircum{}d"),
        ("<1|2>", r"\textless{}1\textbar{}2\textgreater{}"),
        # Unbraced at the start of a row, both would be taken for arguments of \\.
        ("[x] *", "{[}x] {*}"),
        ("0.87 ± 0.03", r"0.87 $\pm$ 0.03"),
        ("Füchse", "Füchse"),
    ],
)
def test_escapes(text, latex):
    assert escape(text) == latex


@pytest.fixture(scope="module")
def tables():
    predictions, metrics = study()
    report = report_from(
        *("s", metrics, predictions, SPECIES, EXPERIMENTS, PUBLISHED), pair=("gray_fox", "bob_cat")
    )
    return report.tables


def test_environments_and_braces_are_balanced(tables):
    for table in tables:
        stack = []
        latex = as_latex(table)
        for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", latex):
            if kind == "begin":
                stack.append(name)
            else:
                assert stack.pop() == name
        assert not stack
        plain = re.sub(r"\\[{}]", "", latex)
        assert plain.count("{") == plain.count("}")


def test_the_notice_is_in_the_caption_of_every_table(tables):
    for table in tables:
        captions = re.findall(r"\\caption\{(.*)\}", as_latex(table, "100 % drawn."))
        assert captions == [escape(f"{table.title}. 100 % drawn.")]
        assert rf"\caption{{{escape(table.title)}}}" in as_latex(table)


def test_every_row_has_a_cell_a_column(tables):
    for table in tables:
        latex = re.sub(r"\\begin\{tabular\}\[[bt]\].*?\\end\{tabular\}", "cell", as_latex(table))
        columns = re.search(r"\\begin\{tabular\}\{([lr]+)\}", latex).group(1)
        rows = [line for line in latex.splitlines() if line.endswith(r" \\")]
        assert len(rows) == len(table.shown) + 1
        assert {len(re.findall(r"(?<!\\)&", row)) + 1 for row in rows} == {len(columns)}


def test_rules_are_those_of_booktabs(tables):
    latex = as_latex(tables[0])
    assert r"\hline" not in latex
    assert [latex.count(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule")] == [1, 1, 1]
    assert r"\label{tab:summary}" in latex
