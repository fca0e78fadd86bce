// The program, serving the page with its own sandbox, in folders of its own.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE = 30_000;

/// Starts the program, and waits until it says where it listens and how to come in.
export async function serve(extra = []) {
  const home = mkdtempSync(join(tmpdir(), "caseload-browser-"));
  const env = { PATH: process.env.PATH, HOME: home, XDG_DATA_HOME: join(home, "data"), XDG_CONFIG_HOME: join(home, "config"), TZ: "Europe/Istanbul" };
  const listen = ["serve", "--sandbox", "--listen", "127.0.0.1:0", "--ledger", join(home, "ledger.db"), ...extra];
  const program = spawn(process.env.CASELOAD, listen, { env, cwd: home, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let words = "";
  program.stdout.on("data", (bytes) => { out += bytes; });
  program.stderr.on("data", (bytes) => { words += bytes; });
  const ended = new Promise((resolve) => { program.on("exit", resolve); });

  const line = async (start) => {
    for (const from = Date.now(); Date.now() - from < PATIENCE; await new Promise((go) => setTimeout(go, 50))) {
      const found = out.split("\n").find((text) => text.startsWith(start) && out.includes(`${text}\n`));
      if (found) return found.slice(start.length).trim();
      if (program.exitCode !== null) break;
    }
    throw new Error(`the program did not say “${start}”:\n${out}${words}`);
  };

  return {
    address: await line("listening on "),
    /// The link that lets one person in. Each works once; the next is printed when it is used.
    door: () => {
      const doors = out.split("\n").filter((text) => text.startsWith("sign in: "));
      return doors.at(-1)?.slice("sign in: ".length).trim();
    },
    doorLine: () => line("sign in: "),
    said: () => words.replace(/^/gm, "        | "),
    kill: async () => { program.kill("SIGKILL"); await ended; },
    stop: async () => {
      program.kill("SIGTERM");
      const late = setTimeout(() => program.kill("SIGKILL"), PATIENCE);
      await ended;
      clearTimeout(late);
      rmSync(home, { recursive: true, force: true });
    },
  };
}
