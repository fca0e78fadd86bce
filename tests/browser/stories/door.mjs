// Who is not in stays out, and who makes a mistake is told what to do.

import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const stories = [
  { name: "a key works once", lang: "en", play: keyOnce },
  { name: "the language is kept", lang: "tr", play: language },
  { name: "a file that is no spreadsheet", lang: "tr", play: wrongFile },
];

async function keyOnce(seat, server) {
  const { page, context } = seat;
  const door = await server.doorLine();
  await page.goto(door);
  await seat.screen("start");
  await context.clearCookies();
  const answer = await page.goto(door);
  assert.ok(answer.status() >= 400 || page.url().includes("sign-in"), `a used key let somebody in: ${answer.status()}`);
  assert.equal(await seat.test("drop").count(), 0);
  seat.forgive(/status of 4\d\d/);
}

async function language(seat, server) {
  const { page } = seat;
  await page.goto(await server.doorLine());
  await page.locator('button[name="lang"][value="en"]').click();
  await page.waitForLoadState();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.goto(new URL("/runs", page.url()).href);
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.locator('button[name="lang"][value="tr"]').click();
  await page.waitForLoadState();
  await seat.screen("history");
}

async function wrongFile(seat, server) {
  const { page } = seat;
  const file = join(mkdtempSync(join(tmpdir(), "caseload-file-")), "resim.png");
  writeFileSync(file, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 1, 2, 3]));
  await page.goto(await server.doorLine());
  await seat.test("file").setInputFiles(file);
  await page.locator(".oops").waitFor();
  await seat.screen("wrong-kind");
  assert.match(await page.locator(".oops").innerText(), /gönderilmedi/);
  seat.forgive(/status of 4\d\d/);
}
