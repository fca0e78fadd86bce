// Stands in for the program: it gives out rendered screens and the real assets, under the real policy.

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const ASSETS = fileURLToPath(new URL("../../src/serve/assets/", import.meta.url));
const ANSWER = readFileSync(new URL("../../src/serve/answer.rs", import.meta.url), "utf8");
const POLICY = ANSWER.match(/const POLICY: &str = "([^"]+)"/)[1];
const KINDS = { css: "text/css", js: "text/javascript", svg: "image/svg+xml", html: "text/html; charset=utf-8" };

export const SCREENS = `${process.env.CASELOAD_SCREENS}/`;

/// A screen as it was rendered.
export const screen = (name) => readFileSync(`${SCREENS}${name}.html`, "utf8");

/// Starts it. `answer` may take a request first: it gives a status, a body and headers, or nothing.
export async function stand(answer = () => null) {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (bytes) => { body += bytes; });
    request.on("end", () => {
      const { pathname, searchParams } = new URL(request.url, "http://here");
      const given = answer({ method: request.method, path: pathname, query: searchParams, body, response });
      if (given === "taken") return;
      const [status, text, headers] = given ?? found(pathname);
      response.writeHead(status, { "content-security-policy": POLICY, ...headers });
      response.end(text);
    });
  });
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  return { address: `http://127.0.0.1:${server.address().port}`, stop: () => { server.closeAllConnections(); server.close(); } };
}

function found(path) {
  const file = path.startsWith("/assets/") ? ASSETS + path.slice("/assets/".length) : `${SCREENS}${path.slice(1)}`;
  const kind = KINDS[file.split(".").pop()];
  return kind && existsSync(file) ? [200, readFileSync(file), { "content-type": kind }] : [404, "", {}];
}
