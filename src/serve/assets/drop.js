// A list may be let go anywhere on the page, and is on its way as soon as it is chosen.

const area = () => document.querySelector("[data-drop]");
const input = () => area()?.querySelector("input[type=file]");

const holdsFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");

let depth = 0;

const show = (isOver) => {
  const drop = document.querySelector(".drop");
  if (!drop) {
    document.body.classList.toggle("drop-over", isOver);
    return;
  }
  drop.classList.toggle("drop-over", isOver);
  const title = drop.querySelector("[data-over]");
  title.dataset.rest ??= title.textContent;
  title.textContent = isOver ? title.dataset.over : title.dataset.rest;
};

document.addEventListener("dragenter", (event) => {
  if (!holdsFiles(event) || !input()) return;
  event.preventDefault();
  depth += 1;
  show(true);
});

document.addEventListener("dragover", (event) => {
  if (holdsFiles(event) && input()) event.preventDefault();
});

document.addEventListener("dragleave", (event) => {
  if (!holdsFiles(event) || !input()) return;
  depth = Math.max(0, depth - 1);
  if (depth === 0) show(false);
});

document.addEventListener("drop", (event) => {
  const field = input();
  if (!holdsFiles(event) || !field) return;
  event.preventDefault();
  depth = 0;
  show(false);
  field.files = event.dataTransfer.files;
  send(field);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file][data-submits]") && event.target.files.length) send(event.target);
});

function send(field) {
  const busy = document.querySelector("[data-busy]");
  if (busy) busy.textContent = busy.dataset.busy;
  field.form.requestSubmit();
}
