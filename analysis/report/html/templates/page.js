"use strict";
document.documentElement.classList.add("scripted");

// Sorting. A column of numbers is sorted by them, the largest first; "–" always stands last.
const SECONDS = { ms: 0.001, s: 1, min: 60, h: 3600, B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

function valueOf(cell) {
  const text = cell.textContent.trim().replaceAll("\u2212", "-").replaceAll("\u202f", "");
  if (text === "\u2013" || text === "") return null;
  const share = text.match(/\((<|>)?(\d+(?:\.\d+)?) %\)/);
  if (share) return Number(share[2]) + (share[1] === "<" ? -0.5 : share[1] === ">" ? 0.5 : 0);
  const number = text.match(/^[<>+]?\s*(-?\d+(?:\.\d+)?)(?:\s*(ms|s|min|h|B|kB|MB|GB)\b)?/);
  if (!number) return text.toLowerCase();
  const below = text.startsWith("<") ? 0.5 : 1;
  return Number(number[1]) * (SECONDS[number[2]] ?? 1) * below;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}

function sortBy(table, column, heading) {
  const was = heading.getAttribute("aria-sort");
  const isNumber = heading.classList.contains("number");
  const descending = was ? was === "ascending" : isNumber;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row, place) => ({ row, place, value: valueOf(row.cells[column]) }));
  rows.sort((one, two) => {
    if (one.value === null || two.value === null) {
      return (one.value === null) - (two.value === null) || one.place - two.place;
    }
    const order = compare(one.value, two.value);
    return (descending ? -order : order) || one.place - two.place;
  });
  body.append(...rows.map((each) => each.row));
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    if (heading.classList.contains("plain")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    heading.addEventListener("click", () => sortBy(table, column, heading));
  });
}

// Confusion matrices: one is shown, and a cell that is pointed at says its counts.
const which = document.getElementById("which-matrix");
if (which) {
  which.addEventListener("change", () => {
    for (const matrix of document.querySelectorAll(".matrix")) {
      matrix.classList.toggle("folded", matrix.id !== which.value);
    }
  });
  const said = document.getElementById("cell");
  for (const event of ["pointerover", "click", "focusin"]) {
    document.getElementById("matrices").addEventListener(event, ({ target }) => {
      if (target.matches("td[title]")) said.textContent = target.title;
    });
  }
}

// A pair that the address names is open, and print shows them all.
const named = location.hash && document.getElementById(location.hash.slice(1));
if (named instanceof HTMLDetailsElement) named.open = true;
addEventListener("beforeprint", () => {
  for (const pair of document.querySelectorAll("details")) pair.open = true;
});
