/** Commands that a shell runs, and what a server makes of them. */

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import {
  curlCommand,
  quote,
} from "../../django_aws_api_gateway_websockets/emulator/static/inspector-curl.js";

const withoutCurl = spawnSync("curl", ["--version"]).error && "curl is not installed";

describe("A curl command", () => {
  const asked = {
    method: "POST",
    url: "http://127.0.0.1:8000/ws/chat?token=***",
    headers: [
      ["Host", "127.0.0.1:8000"],
      ["Content-Length", "2"],
      ["X-Ws-Gateway-Secret", "***"],
      ["X-Empty", ""],
    ],
    body: "it's",
    size: 4,
    kept: 4,
  };

  it("has all that matters of a request", () => {
    assert.equal(
      curlCommand(asked),
      [
        "curl -i -g -X POST 'http://127.0.0.1:8000/ws/chat?token=***'",
        "-H 'X-Ws-Gateway-Secret: ***'",
        "-H 'X-Empty;'",
        "-H Content-Type:",
        "--data-raw 'it'\\''s'",
      ].join(" \\\n  "),
    );
  });

  it("has no body when there was none", () => {
    assert.equal(curlCommand({ ...asked, headers: [], body: "" }).includes("--data-raw"), false);
  });

  it("asks for a custom domain where the gateway is", () => {
    const command = curlCommand({ ...asked, headers: [["Host", "ws.example.test"]], body: "" });

    assert.match(command, /127\.0\.0\.1:8000.*\n {2}-H 'Host: ws\.example\.test'$/);
  });

  it("asks for a WebSocket where one was asked for", () => {
    const headersOf = (value) =>
      curlCommand({ ...asked, headers: [["Connection", value]], body: "" })
        .split(" \\\n  ")
        .slice(1);

    assert.deepEqual(headersOf("keep-alive, Upgrade"), ["-H 'Connection: keep-alive, Upgrade'"]);
    assert.deepEqual(headersOf("keep-alive"), []);
  });

  it("sends what was sent, and nothing that a terminal obeys", { skip: withoutCurl }, async () => {
    const bodies = ["it's", "a\n\n", '\x15\x1b[201~\u009b\0 \\n %s \t"', "ü'\\".repeat(30_000)];
    const received = [];
    const server = createServer((request, response) => {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        received.push([Buffer.concat(chunks).toString(), request.headers["content-type"]]);
        response.end();
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${server.address().port}/`;

    for (const body of bodies) {
      const command = curlCommand({ ...asked, url, headers: [["X-A", "b\x15"]], body });
      assert.doesNotMatch(command, /[^\P{Cc}\n]/u);
      const shell = spawn("sh", { stdio: ["pipe", "ignore", "ignore"] });
      shell.stdin.end(command);
      await once(shell, "exit");
    }
    server.close();

    assert.deepEqual(
      received,
      bodies.map((body) => [body, undefined]),
    );
  });

  it("does not exist when nothing was sent", () => {
    assert.equal(curlCommand(null), "");
    assert.equal(curlCommand({ ...asked, url: "" }), "");
  });

  it("does not exist for a part of a body", () => {
    assert.equal(curlCommand({ ...asked, size: 5 }), "");
  });

  it("survives a shell, whatever the text", () => {
    for (const text of ["plain", "", '$(id) `id` \\ " ! * ?', "two\nlines", "'quoted'", "ü"]) {
      assert.equal(execFileSync("sh", ["-c", `printf %s ${quote(text)}`]).toString(), text);
    }
  });
});
