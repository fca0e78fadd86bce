// Plays every story, each on a server and in a browser of its own.

import { readdirSync } from "node:fs";
import { launch } from "./browser.mjs";
import { serve } from "./server.mjs";

const wanted = process.argv.slice(2);
const files = readdirSync(new URL("stories/", import.meta.url)).filter((name) => name.endsWith(".mjs")).sort();
const stories = [];
for (const file of files) stories.push(...(await import(`./stories/${file}`)).stories);

const browser = await launch();
let failed = 0;
for (const story of stories.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))) {
  const began = Date.now();
  const server = await serve();
  const seat = await browser.seat(story, server.address);
  try {
    await story.play(seat, server);
    seat.judge();
    console.log(`ok      ${story.name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    await seat.picture("failed").catch(() => {});
    console.log(`FAILED  ${story.name}\n${String(error.stack ?? error).replace(/^/gm, "        ")}\n        at ${seat.page.url()}\n${server.said()}`);
  } finally {
    await seat.leave();
    await server.stop();
  }
}
await browser.close();
if (failed > 0) console.log(`${failed} of the stories failed`);
process.exit(failed > 0 ? 1 : 0);
