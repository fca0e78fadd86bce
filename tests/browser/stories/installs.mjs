// The first story: a clerk drops the monthly list, mends its faulty rows, sends it, and downloads the result. Once in
// each language, by mouse and by keys alone, without script, on a telephone, in the dark.

import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const LIST = fileURLToPath(new URL("../../../samples/kurulum-listesi.xlsx", import.meta.url));

/// What a clerk writes into the wrong cells: a cell, and what it should be.
const MENDS = {
  "19.C": "FU00001215",
  "20.D": "00004186",
  "21.C": "FU0000012170",
  "22.A": "Kurulum",
  "24.E": "7000100016",
  "25.G": "P1",
  "26.C": "FU00001223",
  "27.J": "Evet",
};

const COMMON = [
  { name: "installs in Turkish", lang: "tr" },
  { name: "installs in English", lang: "en" },
  { name: "installs in the dark", lang: "tr", dark: true },
  { name: "installs at 390 px", lang: "tr", width: 390 },
  { name: "installs without script", lang: "en", script: false },
  { name: "installs by keys alone", lang: "tr", keys: true },
];

export const stories = COMMON.map((story) => ({ ...story, play: (seat, server) => play(seat, server, story.keys ?? false) }));

/// In the reader's language, where a list offers it.
const WORDS = { en: { Kurulum: "Install", Evet: "Yes" } };

function mends({ lang }) {
  return Object.entries(MENDS).map(([cell, value]) => [cell, WORDS[lang]?.[value] ?? value]);
}

async function play(seat, server, keys) {
  const { page, test } = seat;
  await page.goto(await server.doorLine());
  await seat.screen("start");
  assert.match(page.url(), /\/$/, "the key leaves the address");
  await bring(seat);
  await until(seat, /\/check/, "check");
  await showInvalid(seat);
  assert.equal(await test("row-problem").count() >= 8, true, "eight rows are faulty");
  await seat.screen("check");
  for (const [cell, value] of mends(seat)) await (keys ? mendByKeys : mend)(seat, cell, value);
  await undoAndAgain(seat, keys);
  await seat.screen("mended");
  await press(seat, "send", keys);
  await until(seat, /\/confirm/, "confirm");
  await seat.screen("confirm");
  await press(seat, "confirm", keys);
  await until(seat, /\/(progress|result)/, "progress");
  await until(seat, /\/result/, "result", true);
  await seat.screen("result");
  await download(seat);
  await find(seat);
}

/// Chooses the file; with script it is on its way at once, without it a button sends it.
async function bring(seat) {
  await seat.test("file").setInputFiles(LIST);
  if (!seat.script) await seat.page.locator("noscript button").first().click();
}

/// Waits for a page of a run; without script a person loads it again.
async function until(seat, pattern, title, isSlow = false) {
  const { page } = seat;
  const end = Date.now() + (isSlow ? 60_000 : 20_000);
  while (!pattern.test(new URL(page.url()).pathname) || (title === "check" && await page.locator(".facets").count() === 0)) {
    assert.ok(Date.now() < end, `the page of ${title} did not come: ${page.url()}`);
    await page.waitForTimeout(250);
    if (!seat.script) await page.goto(page.url().replace(/\/(check|progress|result)[^/]*$/, ""));
  }
}

async function showInvalid({ page }) {
  await page.goto(new URL("?only=invalid", page.url()).href);
}

/// Opens the editor of a cell, as the clerk does.
async function mend(seat, cell, value) {
  const { page } = seat;
  const link = page.locator(`a[data-test="cell-edit"][href*="edit=${cell}"]`);
  await link.click();
  await page.locator("#edit-value").waitFor();
  await write(page, value);
  await page.locator("form.edit button").first().click();
  await settled(seat, cell);
}

async function mendByKeys(seat, cell, value) {
  const { page } = seat;
  await page.locator(`a[data-test="cell-edit"][href*="edit=${cell}"]`).focus();
  await page.keyboard.press("Enter");
  await page.locator("#edit-value").waitFor();
  // The editor gets the focus.
  await page.waitForFunction(() => document.activeElement.id === "edit-value");
  if (await page.locator("select#edit-value").count()) await page.locator("#edit-value").selectOption({ label: value });
  else {
    await page.keyboard.press("Control+A");
    await page.keyboard.type(value);
  }
  await page.keyboard.press("Enter");
  await settled(seat, cell);
}

async function write(page, value) {
  if (await page.locator("select#edit-value").count()) await page.locator("#edit-value").selectOption({ label: value });
  else await page.locator("#edit-value").fill(value);
}

/// The cell is mended: its editor is gone, and it is wrong no more.
async function settled({ page }, cell) {
  await page.locator("form.edit").waitFor({ state: "detached" });
  await page.locator(`td.bad a[href*="edit=${cell}"]`).waitFor({ state: "detached" });
}

/// Takes the last mend back, sees it wrong again, and mends it anew.
async function undoAndAgain(seat, keys) {
  const { page, test } = seat;
  const [cell, value] = mends(seat).at(-1);
  if (keys) {
    await page.locator("body").press("Control+z");
  } else {
    await test("undo").click();
  }
  await showInvalid(seat);
  await page.locator(`td.bad a[href*="edit=${cell}"]`).waitFor();
  await (keys ? mendByKeys : mend)(seat, cell, value);
}

async function press(seat, mark, keys) {
  const button = seat.test(mark);
  if (!keys) {
    await button.click();
    return;
  }
  await button.focus();
  await seat.page.keyboard.press("Enter");
}

async function download({ page, test }) {
  const [file] = await Promise.all([page.waitForEvent("download"), test("result").click()]);
  assert.match(file.suggestedFilename(), /\.xlsx$/);
  assert.ok(statSync(await file.path()).size > 4096, "the result is a workbook");
}

/// What was sent is in history, and its device is found there.
async function find(seat) {
  const { page, test } = seat;
  await page.goto(new URL("/runs", page.url()).href);
  await seat.screen("history");
  assert.match(await test("history").innerText(), /kurulum-listesi\.xlsx/);
  await test("find").fill("FU00001201");
  await test("find").press("Enter");
  await page.waitForURL(/q=FU00001201/);
  assert.match(await test("history").innerText(), /kurulum-listesi\.xlsx/);
  await seat.screen("found");
}
