// Mending in place: what htmx fetched is put in only where it is the same page; else the way leads there.

const announce = () => {
  const said = document.getElementById("said");
  const check = document.getElementById("check");
  if (said && check) said.textContent = check.dataset.said;
};

/// What the server answered in place of the check: a page of a problem, or the door.
const foreign = (detail) => {
  const page = new DOMParser().parseFromString(detail.xhr.responseText, "text/html");
  return page.getElementById("check") || page.getElementById("rows") ? null : page;
};

document.addEventListener("htmx:beforeSwap", (event) => {
  const page = foreign(event.detail);
  if (!page) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    return;
  }
  event.detail.shouldSwap = false;
  const oops = page.querySelector(".oops");
  const isDoor = page.querySelector('[data-test="sign-in"]');
  if (oops || isDoor) {
    flash(oops ?? page.querySelector(".notice"), event.detail.xhr.responseURL, isDoor);
  } else {
    window.location.assign(event.detail.xhr.responseURL || window.location.href);
  }
});

/// Puts a notice above the screen; what was typed stays where it is.
function flash(from, address, isDoor) {
  const place = document.getElementById("flash");
  if (!place) return;
  const notice = document.createElement("div");
  notice.className = "notice is-invalid";
  notice.setAttribute("role", "alert");
  const body = document.createElement("div");
  for (const part of from?.querySelectorAll("h1, h2, p:not(.small)") ?? []) {
    const line = document.createElement("p");
    line.textContent = part.textContent;
    if (part.matches("h1, h2")) line.className = "strong";
    body.append(line);
  }
  notice.append(document.createElement("span"), body);
  if (isDoor) {
    const link = document.createElement("a");
    link.className = "btn";
    link.href = address;
    link.target = "_blank";
    link.textContent = "↗";
    link.setAttribute("aria-label", body.textContent);
    notice.append(link);
  }
  place.replaceChildren(notice);
  notice.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:sendError", () => window.location.reload());

document.addEventListener("htmx:afterSettle", () => {
  announce();
  const field = document.querySelector("#edit-value");
  if (field) {
    field.focus();
    field.select?.();
    field.closest("td")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
});
