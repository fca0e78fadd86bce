// The sheet by keys: one stop for Tab, arrows between cells, Alt with an arrow to the next wrong one.

const sheet = () => document.querySelector("table.sheet[data-keys]");
const LONGEST = 500; // rows that the page keeps; what is farther becomes a link again

let last = null; // "row.column" of the cell that had the focus

/// What takes the focus in a cell: the link of a wrong one, else the cell itself.
const focusable = (cell) => cell?.querySelector("a.cell") ?? cell;

const cellsOf = (row) => [...row.cells].filter((cell) => cell.tagName === "TD" && !cell.classList.contains("mute") && !cell.classList.contains("why"));

const rowsOf = (table) => [...table.tBodies[0].rows].filter((row) => row.dataset.row);

const nameOf = (cell) => {
  const letter = cell.closest("table").tHead.rows[0].cells[cell.cellIndex]?.dataset.letter;
  return `${cell.parentElement.dataset.row}.${letter}`;
};

function take(cell, isMoved = true) {
  const target = focusable(cell);
  if (!target) return;
  for (const other of document.querySelectorAll('table.sheet [tabindex="0"]')) other.tabIndex = -1;
  target.tabIndex = 0;
  last = nameOf(cell);
  if (isMoved) {
    target.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    clear(cell);
  }
}

/// Keeps the cell clear of the bar at the foot and of the sentence column.
function clear(cell) {
  const box = cell.closest(".sheet-box");
  const place = cell.getBoundingClientRect();
  const foot = document.querySelector(".go")?.getBoundingClientRect();
  if (foot && place.bottom > foot.top) window.scrollBy(0, place.bottom - foot.top + 8);
  const head = cell.closest("table").tHead.getBoundingClientRect();
  if (place.top < head.bottom) box.scrollBy(0, place.top - head.bottom - 4);
  const why = cell.parentElement.querySelector(".why").getBoundingClientRect();
  if (getComputedStyle(cell.parentElement.querySelector(".why")).position === "sticky" && place.right > why.left) {
    box.scrollBy(place.right - why.left + 4, 0);
  }
  const number = cell.parentElement.cells[0].getBoundingClientRect();
  if (place.left < number.right) box.scrollBy(place.left - number.right - 4, 0);
}

/// Makes the sheet one stop for Tab. The sheet's box needs none of its own then.
function prepare() {
  const table = sheet();
  if (!table) return;
  table.closest(".sheet-box").removeAttribute("tabindex");
  const links = table.querySelectorAll("a.cell");
  for (const link of links) link.tabIndex = -1;
  for (const row of rowsOf(table)) for (const cell of cellsOf(row)) if (!cell.querySelector("a.cell, form.edit")) cell.tabIndex = -1;
  const again = last && find(table, last);
  const first = again ?? links[0]?.closest("td") ?? cellsOf(rowsOf(table)[0] ?? table.rows[0])[0];
  if (first) take(first, false);
}

function find(table, name) {
  const [row, letter] = name.split(".");
  const line = document.getElementById(`r${row}`);
  const column = [...table.tHead.rows[0].cells].findIndex((cell) => cell.dataset.letter === letter);
  return line && column >= 0 ? line.cells[column] : null;
}

function move(cell, down, right) {
  const rows = rowsOf(cell.closest("table"));
  const row = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(cell.parentElement) + down))];
  const cells = cellsOf(row);
  const at = cellsOf(cell.parentElement).indexOf(cell);
  take(cells[Math.min(cells.length - 1, Math.max(0, at + right))]);
}

function wrong(cell, step) {
  const all = [...cell.closest("table").querySelectorAll("td.bad")];
  const cells = [...cell.closest("table").querySelectorAll("td")];
  const here = cells.indexOf(cell);
  const next = step > 0 ? all.find((other) => cells.indexOf(other) > here) : all.findLast((other) => cells.indexOf(other) < here);
  if (next) take(next);
}

function open(cell) {
  const link = cell.querySelector("a.cell");
  last = nameOf(cell);
  if (link) {
    link.click();
    return;
  }
  const address = new URL(document.getElementById("check").dataset.editAt, window.location.href);
  address.searchParams.set("edit", last);
  const options = { target: "#check", select: "#check", swap: "outerHTML" };
  if (window.htmx) window.htmx.ajax("GET", address.pathname + address.search, options);
  else window.location.assign(address);
}

const PAGE = 10;
const MOVES = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
  PageUp: [-PAGE, 0], PageDown: [PAGE, 0], Home: [0, -Infinity], End: [0, Infinity],
};

function keyInSheet(event, cell) {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (event.altKey && isPlain && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    wrong(cell, event.key === "ArrowDown" ? 1 : -1);
  } else if (!event.altKey && isPlain && MOVES[event.key]) {
    move(cell, ...MOVES[event.key]);
  } else if (!event.altKey && isPlain && (event.key === "Enter" || event.key === "F2")) {
    open(cell);
  } else {
    return;
  }
  event.preventDefault();
}

function keyInEditor(event, form) {
  if (event.key === "Escape") {
    event.preventDefault();
    form.querySelector("[data-away]").click();
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const all = form.querySelector("[data-all]");
    if (!all) return;
    event.preventDefault();
    // Asked once, with the count: the first press goes to the button, which says it; the second presses it.
    if (document.activeElement === all) all.click();
    else all.focus();
  } else if (event.key === "Enter" && event.target.matches("select")) {
    event.preventDefault();
    form.querySelector("[data-this]").click();
  }
}

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-edit]");
  if (form) {
    keyInEditor(event, form);
    return;
  }
  const cell = event.target.closest?.("table.sheet[data-keys] tbody td");
  if (cell && !event.target.closest("button, input, select")) keyInSheet(event, cell);
  const isField = event.target.closest?.("input, select, textarea");
  if (!isField && event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
    const undo = document.querySelector("form[data-undo] button");
    if (undo) {
      event.preventDefault();
      undo.click();
    }
  }
});

document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest("table.sheet[data-keys] tbody td");
  if (cell && cellsOf(cell.parentElement).includes(cell) && !cell.querySelector("form.edit")) open(cell);
});

/// Above five chunks the farthest rows go, and a link to them takes their place.
function shorten() {
  const body = document.getElementById("rows");
  if (!body) return;
  const rows = [...body.rows].filter((row) => row.dataset.row);
  const gone = rows.slice(0, Math.max(0, rows.length - LONGEST));
  if (gone.length === 0) return;
  const box = body.closest(".sheet-box");
  for (const row of gone) {
    box.scrollTop -= row.offsetHeight;
    row.remove();
  }
  const line = body.querySelector("tr.earlier") ?? body.insertRow(0);
  line.className = "more earlier";
  const link = document.createElement("a");
  const address = new URL(document.getElementById("check").dataset.editAt, window.location.href);
  address.searchParams.delete("after");
  address.searchParams.set("row", gone[0].dataset.row);
  link.href = address.pathname + address.search;
  link.textContent = body.parentElement.dataset.earlier;
  const cell = line.cells[0] ?? line.insertCell();
  cell.colSpan = body.parentElement.tHead.rows[0].cells.length;
  cell.replaceChildren(link);
}

document.addEventListener("htmx:afterSettle", () => {
  shorten();
  const form = document.querySelector("form.edit");
  prepare();
  if (!form && last && sheet() && document.activeElement === document.body) {
    const cell = find(sheet(), last);
    if (cell) take(cell);
  }
});

prepare();
