// What script does on a page: the sheet by keys, mending in place, what is said when something goes wrong, live figures.

import assert from "node:assert/strict";
import { launch } from "./browser.mjs";
import { screen, stand } from "./stand.mjs";

const CHECK = "/runs/G412/check?only=invalid";
const HTML = { "content-type": "text/html; charset=utf-8" };
const asked = [];
let refused = null;

const server = await stand(({ method, path, query, body, response }) => {
  if (path.startsWith("/assets/")) return null;
  asked.push(`${method} ${path} ${body}`);
  if (method === "POST") return refused ?? [303, "", { location: CHECK }];
  if (path.endsWith("/check")) return [200, screen(query.get("edit") ? "en/check" : "en/check-same"), HTML];
  if (path.endsWith("/events")) return events(response);
  return [200, screen(`en/${path.slice(1)}`), HTML];
});

/// One event with other figures, and then silence.
function events(response) {
  const part = screen("en/running").match(/<div id="live"[^>]*>([\s\S]*?)<\/div><template/)[1].replaceAll("2,946", "3,000");
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(`event: live\ndata: ${part.replaceAll("\n", "\ndata: ")}\n\n`);
  return "taken";
}

const browser = await launch();
const seat = await browser.seat({ lang: "en", name: "keys" }, server.address);
const { page } = seat;
const here = () => page.evaluate(() => {
  const cell = document.activeElement.closest("td");
  return cell ? `${cell.parentElement.dataset.row}.${cell.closest("table").tHead.rows[0].cells[cell.cellIndex].dataset.letter}` : document.activeElement.id;
});
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const opened = async () => {
  await page.locator("#edit-value").waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "edit-value");
};
const closed = async () => {
  await page.locator("form.edit").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.closest("td"));
};

await page.goto(server.address + CHECK);
assert.equal(await page.locator('table.sheet [tabindex="0"]').count(), 1, "the sheet is one stop for Tab");
await page.locator('table.sheet [tabindex="0"]').focus();
const ways = [
  ["ArrowRight", "19.B"], ["ArrowDown", "20.B"], ["Alt+ArrowDown", "20.C"], ["Alt+ArrowDown", "23.D"], ["Alt+ArrowUp", "20.C"],
  ["Home", "20.A"], ["End", "20.G"], ["PageDown", "34.G"], ["Alt+ArrowUp", "34.C"], ["ArrowUp", "33.C"],
];
for (const [key, cell] of ways) {
  await press(key);
  assert.equal(await here(), cell, key);
}

await page.locator("#r19 a.cell").focus();
await press("Enter");
await opened();
await press("Control+Enter");
assert.equal(await page.evaluate(() => document.activeElement.hasAttribute("data-all")), true, "all rows are asked about once");
await press("Control+Enter");
await closed();
assert.match(asked.findLast((it) => it.startsWith("POST")), /\/mend .*row=19&column=A&value=Kurulum&all=yes/);
assert.equal(await here(), "19.A", "the cell has the focus again");

await press("F2");
await opened();
await press("ArrowDown", "Enter");
await closed();
assert.match(asked.findLast((it) => it.startsWith("POST")), /value=Versiyon%20G%C3%BCncelleme$/);

await press("Enter");
await opened();
await press("Escape");
await closed();
assert.equal(await here(), "19.A");

await press("Control+z");
await page.waitForTimeout(300);
assert.match(asked.findLast((it) => it.startsWith("POST")), /\/undo /);

await press("ArrowRight", "Enter");
await page.waitForTimeout(300);
assert.ok(asked.at(-1).startsWith("GET /runs/G412/check"), "a plain cell opens too");

// A refusal is said above the screen, and what was typed stays.
refused = [403, screen("en/problem-06"), HTML];
await page.goto(server.address + CHECK);
await page.locator('[data-test="replace-all"]').click();
await page.locator("#flash [role=alert]").waitFor();
assert.match(await page.locator("#flash").innerText(), /You may not do this/);
assert.equal(new URL(page.url()).pathname, "/runs/G412/check");
refused = [200, screen("en/sign-in"), HTML];
await page.locator('[data-test="replace-all"]').click();
await page.getByText("Your session has ended. What you typed is kept").waitFor();
seat.forgive(/403/);

await page.goto(`${server.address}/running`);
await page.getByText("3,000").waitFor();
seat.judge();
await seat.leave();
await browser.close();
server.stop();
console.log("keys, mending in place, refusals, live figures: ok");
process.exit(0);
