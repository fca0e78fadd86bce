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
  const words = document.getElementById("check")?.dataset;
  if (words && page.querySelector('[data-test="sign-in"]')) {
    flash([words.ended], { words: words.door, address: event.detail.xhr.responseURL });
  } else if (oops) {
    flash([...oops.querySelectorAll("h1, p:not(.small)")].map((part) => part.textContent));
  } else {
    window.location.assign(event.detail.xhr.responseURL || window.location.href);
  }
});

/// Puts a notice above the screen; what was typed stays where it is.
function flash(lines, door) {
  const notice = document.createElement("div");
  notice.className = "notice is-invalid";
  notice.setAttribute("role", "alert");
  const body = document.createElement("div");
  lines.forEach((text, at) => {
    const line = document.createElement("p");
    line.textContent = text;
    if (at === 0) line.className = "strong";
    body.append(line);
  });
  notice.append(document.createElement("span"), body);
  if (door) {
    const link = document.createElement("a");
    link.className = "btn";
    link.href = door.address;
    link.target = "_blank";
    link.textContent = door.words;
    notice.append(link);
  }
  document.getElementById("flash").replaceChildren(notice);
  notice.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:sendError", () => flash([document.getElementById("check").dataset.offline]));

document.addEventListener("htmx:afterSettle", () => {
  document.getElementById("flash")?.replaceChildren();
  announce();
  const field = document.querySelector("#edit-value");
  if (field) {
    field.focus();
    field.select?.();
    field.closest("td")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
});
