// Live figures of a run: one stream, each event the part of the page that changes, made by the server.

const live = document.getElementById("live");
const said = document.getElementById("said");
const SILENCE = 15_000;

let source = null;
let quiet = null;

/// After a while without an event the page says so, and asks again.
function wait() {
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    lost();
    source?.close();
    connect();
  }, SILENCE);
}

function lost() {
  const place = document.getElementById("flash");
  const notice = document.getElementById("lost").content.cloneNode(true);
  notice.querySelector("[data-lost]").textContent = live.firstElementChild.dataset.lost;
  place.replaceChildren(notice);
  if (said) said.textContent = live.firstElementChild.dataset.lost;
}

function show(html) {
  const part = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  if (!part) return;
  const before = live.firstElementChild.dataset;
  if (part.dataset.state !== before.state) {
    window.location.assign(live.dataset.run);
    return;
  }
  if (said && part.dataset.said !== before.said) said.textContent = part.dataset.said;
  put(part);
  document.getElementById("flash").replaceChildren();
}

/// Puts the new part in, but for buttons that a person is about to press.
function put(part) {
  const buttons = live.querySelector(".run-acts");
  const fresh = part.querySelector(".run-acts");
  const isSame = buttons && fresh && buttons.querySelectorAll("[data-test]").length === fresh.querySelectorAll("[data-test]").length
    && [...buttons.querySelectorAll("[data-test]")].every((button, at) => button.dataset.test === fresh.querySelectorAll("[data-test]")[at].dataset.test);
  const focus = buttons?.contains(document.activeElement) ? document.activeElement : null;
  if (isSame) fresh.replaceWith(buttons);
  live.replaceChildren(part);
  focus?.focus({ preventScroll: true });
}

function connect() {
  source = new EventSource(live.dataset.events);
  source.addEventListener("live", (event) => {
    wait();
    show(event.data);
  });
  source.addEventListener("over", () => window.location.assign(live.dataset.run));
  source.addEventListener("open", wait);
  wait();
}

if (live) connect();

// A page that has nothing to watch yet asks for itself again.
const again = document.querySelector("[data-again]");
if (again) setTimeout(() => window.location.reload(), Number(again.dataset.again) * 1000);
