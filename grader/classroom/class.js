"use strict";
const table = document.getElementById("submissions");
const body = table.tBodies[0];
const filter = document.getElementById("filter");
const shown = document.getElementById("shown");

function sortBy(heading) {
  const place = [...heading.parentNode.children].indexOf(heading);
  const rising = heading.getAttribute("aria-sort") !== "ascending";
  for (const other of heading.parentNode.children) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
  const value = (row) => row.cells[place].dataset.value ?? row.cells[place].textContent;
  const compare = (a, b) => {
    const [x, y] = [value(a), value(b)];
    return x !== "" && y !== "" && !isNaN(x) && !isNaN(y) ? x - y : x.localeCompare(y);
  };
  const rows = [...body.rows].sort((a, b) => (rising ? compare(a, b) : compare(b, a)));
  body.append(...rows);
}

function narrow() {
  const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of body.rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !wanted.every((word) => text.includes(word));
    count += !row.hidden;
  }
  shown.textContent = `${count} shown`;
}

for (const button of table.tHead.querySelectorAll("button")) {
  button.addEventListener("click", () => sortBy(button.closest("th")));
}
filter.addEventListener("input", narrow);
narrow();
