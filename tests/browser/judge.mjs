// Judges every rendered screen: in both languages, wide and narrow, light and dark.

import { readdirSync } from "node:fs";
import { launch, violations } from "./browser.mjs";
import { SCREENS, stand } from "./stand.mjs";

const WAYS = [
  { lang: "tr", width: 1280 },
  { lang: "tr", width: 390, dark: true },
  { lang: "en", width: 1280, dark: true },
  { lang: "en", width: 390 },
];
const wanted = process.argv[2] ?? "";
// A screen that loads itself again has nothing to judge twice.
const names = readdirSync(`${SCREENS}tr`).map((file) => file.replace(".html", "")).filter((name) => name.includes(wanted) && name !== "checking");

const server = await stand();
const browser = await launch();
let faults = 0;
const say = (...words) => {
  faults += 1;
  console.log(...words);
};
for (const way of WAYS) {
  const how = `${way.lang} ${way.width}${way.dark ? " dark" : ""}`;
  const seat = await browser.seat({ ...way, name: `screens ${how}` }, server.address);
  for (const name of names) {
    await seat.page.goto(`${server.address}/${way.lang}/${name}.html`);
    const over = await seat.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) say(`${how} ${name}: scrolls sideways by ${over} px`);
    for (const violation of await violations(seat.page)) say(`${how} ${name}: ${violation}`);
  }
  // The stand has no stream of events.
  seat.forgive(/404|EventSource/);
  try {
    seat.judge();
  } catch (error) {
    say(`${how}: ${error.message}`);
  }
  await seat.leave();
}
await browser.close();
server.stop();
console.log(`${names.length} screens in ${WAYS.length} ways: ${faults === 0 ? "ok" : `${faults} faults`}`);
process.exit(faults > 0 ? 1 : 0);
