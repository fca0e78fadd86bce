// A browser that notes whatever a page should not do, and judges every screen that it is shown.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const PICTURES = fileURLToPath(new URL("pictures/", import.meta.url));
const PATIENCE = 20_000;

/// Starts the browser.
export async function launch() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
  return { seat: (story, address) => sit(browser, story, address), close: () => browser.close() };
}

async function sit(browser, story, address) {
  const { lang = "tr", width = 1280, script = true, dark = false, name } = story;
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 844 : 900 },
    locale: lang === "tr" ? "tr-TR" : "en-GB",
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: script,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const faults = [];
  page.on("pageerror", (error) => faults.push(`script: ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith("blob:")) faults.push(`asked elsewhere: ${request.url()}`);
  });
  const folder = `${PICTURES}${name.replaceAll(/[^a-z0-9]+/gi, "-")}/`;
  mkdirSync(folder, { recursive: true });
  let count = 0;

  const seat = {
    page,
    context,
    lang,
    script,
    /// An element by its name for tests.
    test: (mark) => page.locator(`[data-test="${mark}"]`),
    /// A picture of the whole screen.
    picture: async (title) => {
      count += 1;
      await page.screenshot({ path: `${folder}${String(count).padStart(2, "0")}-${title}.png`, fullPage: true });
    },
    /// Judges the screen as it stands: language, width, WCAG.
    screen: async (title) => {
      await seat.picture(title);
      assert.equal(await page.locator("html").getAttribute("lang"), lang, `${title}: the language`);
      if (!script) return;
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(over <= 0, `${title}: the page scrolls sideways by ${over} px`);
      assert.deepEqual(await violations(page), [], `${title}: axe`);
    },
    /// That nothing happened which should not.
    judge: () => assert.deepEqual(faults, []),
    /// Faults that a story brings about on purpose.
    forgive: (pattern) => {
      for (let at = faults.length - 1; at >= 0; at -= 1) if (pattern.test(faults[at])) faults.splice(at, 1);
    },
    leave: () => context.close(),
  };
  return seat;
}

/// What axe finds, in short. It runs from the outside, for the page's own policy lets no foreign script in.
export async function violations(page) {
  await page.evaluate(AXE);
  return page.evaluate(async (rules) => {
    const found = await window.axe.run(document, { runOnly: rules });
    return found.violations.map((it) => `${it.id}: ${it.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
  }, RULES);
}
