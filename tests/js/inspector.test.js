/** What the inspector's page knows without a document. */

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import {
  curlCommand,
  formatAge,
  formatCut,
  formatDuration,
  formatTime,
  isFailure,
  Journal,
  kindOf,
  matches,
  parseFilter,
  prettyBody,
  quote,
  routeOf,
} from "../../django_aws_api_gateway_websockets/emulator/static/inspector-model.js";

const FOLDER = "../../django_aws_api_gateway_websockets/emulator/static/";

const withoutCurl = spawnSync("curl", ["--version"]).error && "curl is not installed";

const event = (values) => ({ number: 1, kind: "message", at: 0, route_key: "chat", ...values });
const numbers = (events) => events.map(({ number }) => number);
const many = (count, first = 1) =>
  Array.from({ length: count }, (_, index) => event({ number: first + index }));

describe("A filter", () => {
  const fits = (text, values, failures) => matches(parseFilter(text, failures), event(values));

  it("wants all of its words, in any place and in any case", () => {
    assert.ok(fits("CHAT 403", { status: 403 }));
    assert.ok(fits("hello abc=", { said: "Hello!", connection_id: "xabc=" }));
    assert.ok(!fits("chat 403", { status: 200 }));
  });

  it("does not want words after a minus", () => {
    assert.ok(fits("-ping", { said: "pong" }));
    assert.ok(!fits("chat -ping", { said: "a ping" }));
  });

  it("lets everything through when it is empty", () => {
    assert.ok(fits("  ", {}));
  });

  it("knows failures", () => {
    assert.ok(fits("", { status: 500 }, true));
    assert.ok(!fits("", { status: 200 }, true));
  });
});

describe("isFailure", () => {
  for (const [values, expected] of [
    [{ status: 200 }, false],
    [{ status: 404 }, true],
    [{ kind: "error" }, true],
    [{ kind: "disconnect", route_key: undefined, status: 1001 }, false],
    [{ kind: "disconnect", route_key: undefined, status: 1006 }, true],
    [{ kind: "disconnect", route_key: "$disconnect", status: 200 }, false],
    [{ kind: "disconnect", route_key: "$disconnect" }, true],
    [{ kind: "fault", route_key: undefined }, false],
  ]) {
    it(`is ${expected} of ${JSON.stringify(values)}`, () => {
      assert.equal(isFailure(event(values)), expected);
    });
  }
});

describe("Texts", () => {
  it("tell a close from the event that follows it", () => {
    assert.equal(kindOf({ kind: "disconnect" }), "closed");
    assert.equal(kindOf({ kind: "disconnect", route_key: "$disconnect" }), "disconnect");
  });

  it("tell the route of a handshake that got as far as that", () => {
    assert.equal(routeOf({ kind: "connect", api_id: "a" }), "$connect");
    assert.equal(routeOf({ kind: "connect" }), "");
    assert.equal(routeOf({ kind: "message", route_key: "chat" }), "chat");
  });

  it("tell durations, ages and times", () => {
    assert.deepEqual([undefined, 0.0123, 2.04].map(formatDuration), ["", "12 ms", "2.0 s"]);
    assert.deepEqual([-1, 59, 125, 7325].map(formatAge), ["0 s", "59 s", "2 min", "2 h 2 min"]);
    assert.match(formatTime(1.5), /^\d\d:\d\d:01\.500$/);
  });

  it("indent JSON, and leave other bodies alone", () => {
    assert.equal(prettyBody('{"a":[1]}'), '{\n  "a": [\n    1\n  ]\n}');
    assert.equal(prettyBody('{"a"'), '{"a"');
    assert.equal(prettyBody("plain"), "plain");
    assert.equal(prettyBody(`[${" ".repeat(200_000)}]`).length, 200_002);
  });

  it("round no numbers", () => {
    assert.equal(prettyBody('{"id":9007199254740993}'), '{"id":9007199254740993}');
    assert.equal(prettyBody('["9007199254740993\\""]'), '[\n  "9007199254740993\\""\n]');
  });

  it("tell that a body is not whole", () => {
    assert.equal(
      formatCut({ size: 200_000, kept: 131_072 }),
      "The first 131,072 of 200,000 bytes:",
    );
    assert.equal(formatCut({ size: 5, kept: 5 }), "");
  });
});

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

  it("survives a shell, whatever the text", () => {
    for (const text of ["plain", "", '$(id) `id` \\ " ! * ?', "two\nlines", "'quoted'", "ü"]) {
      assert.equal(execFileSync("sh", ["-c", `printf %s ${quote(text)}`]).toString(), text);
    }
  });
});

describe("A journal", () => {
  it("shows what comes, some at a time, oldest first", () => {
    const journal = new Journal();

    journal.take(many(3));

    assert.deepEqual(numbers(journal.next(2)), [1, 2]);
    assert.deepEqual(numbers(journal.next(2)), [3]);
  });

  it("forgets the oldest, and does not show what would be pushed out at once", () => {
    const journal = new Journal({ most: 4, mostShown: 2 });

    journal.take(many(3));
    journal.take(many(3, 4));

    assert.deepEqual(numbers(journal.events), [3, 4, 5, 6]);
    assert.deepEqual(numbers(journal.next(9)), [5, 6]);
  });

  it("counts what comes in a pause, and shows it afterwards", () => {
    const journal = new Journal();

    journal.setPaused(true);
    journal.take(many(2));

    assert.deepEqual([journal.held, journal.next(9)], [2, []]);

    journal.setPaused(false);
    journal.restart();

    assert.deepEqual([journal.held, numbers(journal.next(9))], [0, [1, 2]]);
  });

  it("begins again with another filter", () => {
    const journal = new Journal();
    journal.take([...many(2), event({ number: 3, said: "x" })]);

    journal.filter = parseFilter("x");
    journal.restart();

    assert.deepEqual(numbers(journal.next(9)), [3]);
  });

  it("forgets everything when told to", () => {
    const journal = new Journal();
    journal.take(many(2));

    journal.clear();

    assert.deepEqual([journal.events, journal.next(9)], [[], []]);
  });
});

describe("The files of the page", () => {
  it("need nothing that its CSP forbids, and write no markup", async () => {
    for (const name of ["inspector.js", "inspector-model.js"]) {
      const source = await readFile(new URL(FOLDER + name, import.meta.url), "utf8");
      assert.doesNotMatch(source, /\beval\b|\bnew Function\b|innerHTML|insertAdjacent|\.style\b/);
    }
  });

  it("name no address and no inline code", async () => {
    const page = await readFile(new URL(`${FOLDER}inspector.html`, import.meta.url), "utf8");

    assert.doesNotMatch(page, /https?:|style=|<style|\son\w+=|<script(?![^>]* src=)/);
  });
});
