import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MAX_MESSAGE_BYTES } from "../../django_aws_api_gateway_websockets/static/django_aws_api_gateway_websockets/client.js";
import { connected, Harness } from "./harness.js";

/** Fills a message to the very limit. */
const FULL = `a${"ü".repeat((MAX_MESSAGE_BYTES - 44) / 2)}`;

describe("send", () => {
  it("names the route and the handler", async () => {
    const { client, socket } = await connected();

    const sent = client.send("say", { text: "hello" });

    assert.equal(sent, true);
    assert.deepEqual(socket.frames, ['{"action":"chat","handler":"say","text":"hello"}']);
  });

  it("needs no data", async () => {
    const { client, socket } = await connected();

    client.send("leave");

    assert.deepEqual(socket.messages, [{ action: "chat", handler: "leave" }]);
  });

  for (const name of ["action", "handler", "id", "ws"]) {
    it(`refuses the reserved name ${name} in data`, async () => {
      const { client, socket } = await connected();

      assert.throws(() => client.send("say", { [name]: 1 }), {
        name: "TypeError",
        message: `data may not use "${name}": the name is reserved.`,
      });
      assert.deepEqual(socket.frames, []);
    });
  }

  it("takes a message of the largest size in UTF-8 bytes", async () => {
    const { client, socket } = await connected();

    client.send("say", { text: FULL });

    assert.equal(Buffer.byteLength(socket.frames[0]), MAX_MESSAGE_BYTES);
  });

  it("refuses a message that is one byte larger", async () => {
    const { client, socket } = await connected();

    assert.throws(() => client.send("say", { text: `${FULL}a` }), {
      name: "MessageTooLargeError",
      message: "The message has 32769 bytes; at most 32768 can be sent.",
      bytes: 32_769,
    });
    assert.deepEqual(socket.frames, []);
  });

  it("is refused after close", async () => {
    const { client } = await connected();
    client.close();

    assert.throws(() => client.send("say"), {
      name: "ConnectionLostError",
      message: "There is no connection (code 1000, the client is closed).",
      code: 1000,
      reason: "the client is closed",
    });
  });
});

describe("The queue", () => {
  it("keeps messages until there is a connection, in order", async () => {
    const harness = new Harness();

    const sent = [1, 2].map((n) => harness.client.send("say", { n }));
    await harness.connect();

    assert.deepEqual(sent, [false, false]);
    assert.deepEqual(
      harness.socket.messages.map(({ n }) => n),
      [1, 2],
    );
  });

  it("is sent before the listeners of open run", async () => {
    const harness = new Harness();
    harness.client.on("open", () => harness.client.send("say", { n: 2 }));
    harness.client.send("say", { n: 1 });

    await harness.connect();

    assert.deepEqual(
      harness.socket.messages.map(({ n }) => n),
      [1, 2],
    );
  });

  it("takes what is sent while the socket is closing", async () => {
    const harness = await connected();
    harness.socket.readyState = 2;

    assert.equal(harness.client.send("say", { n: 1 }), false);
    harness.socket.drop();
    await harness.clock.advance(250);
    harness.socket.accept();

    assert.deepEqual(harness.sockets[0].frames, []);
    assert.equal(harness.sockets[1].messages[0].n, 1);
  });

  it("refuses more than its limit", () => {
    const { client } = new Harness({ maxQueue: 2 });
    client.send("say");
    client.send("say");

    assert.throws(() => client.send("say"), {
      name: "QueueFullError",
      message: "2 messages already wait for a connection.",
    });
  });

  it("drops a message that waited too long, and says so", async () => {
    const harness = new Harness();
    harness.client.send("say", { n: 1 });
    harness.clock.sleep(29_999);
    harness.client.send("say", { n: 2 });
    harness.clock.sleep(1);

    await harness.connect();

    assert.deepEqual(
      harness.socket.messages.map(({ n }) => n),
      [2],
    );
    assert.deepEqual(
      harness.errors.map(({ name, message }) => [name, message]),
      [
        [
          "MessageExpiredError",
          "A message was dropped, because it waited too long for a connection.",
        ],
      ],
    );
  });

  it("gives the room of dropped messages to new ones", () => {
    const harness = new Harness({ maxQueue: 1 });
    harness.client.send("say");
    harness.clock.sleep(30_000);

    assert.equal(harness.client.send("say"), false);
  });

  it("is not sent when a listener closes the client over a dropped message", async () => {
    const harness = new Harness();
    harness.client.on("error", () => harness.client.close());
    harness.client.send("say");
    harness.clock.sleep(30_000);

    await harness.connect();

    assert.deepEqual(harness.states, ["connecting", "closed"]);
    assert.deepEqual(harness.socket.frames, []);
  });

  it("does not outlive close", async () => {
    const harness = new Harness();
    harness.client.send("say");

    harness.client.close();
    await harness.connect();

    assert.deepEqual(harness.socket.frames, []);
  });
});

describe("request", () => {
  it("resolves with the data of the reply of its id", async () => {
    const { client, socket } = await connected();
    const [first, second] = [client.request("add", { a: 1 }), client.request("add", { a: 2 })];

    socket.deliver({ ws: "reply", id: "c2", data: { sum: 2 } });
    socket.deliver({ ws: "reply", id: "c1", data: { sum: 1 } });

    assert.deepEqual(socket.messages[0], { action: "chat", handler: "add", id: "c1", a: 1 });
    assert.deepEqual(await Promise.all([first, second]), [{ sum: 1 }, { sum: 2 }]);
  });

  it("leaves no timer behind", async () => {
    const { client, clock, socket } = await connected();
    const before = clock.delays;
    const reply = client.request("add");

    socket.deliver({ ws: "reply", id: "c1" });
    await reply;

    assert.deepEqual(clock.delays, before);
  });

  it("rejects with the error of the reply", async () => {
    const { client, socket } = await connected();
    const reply = client.request("add");

    socket.deliver({
      ws: "reply",
      id: "c1",
      error: { code: "permission_denied", message: "No." },
    });

    await assert.rejects(reply, {
      name: "RequestError",
      code: "permission_denied",
      message: "No.",
    });
  });

  it("rejects with what is wrong with each field", async () => {
    const { client, socket } = await connected();
    const reply = client.request("add");

    socket.deliver({
      ws: "reply",
      id: "c1",
      error: { code: "invalid_message", message: "n: No.", fields: { n: ["No."] } },
    });

    await assert.rejects(reply, { code: "invalid_message", fields: { n: ["No."] } });
  });

  it("rejects with no fields when the error names none", async () => {
    const { client, socket } = await connected();
    const reply = client.request("add");

    socket.deliver({ ws: "reply", id: "c1", error: { code: "not_now", message: "No." } });

    await assert.rejects(reply, { fields: {} });
  });

  it("rejects with the code when the error has no message", async () => {
    const { client, socket } = await connected();
    const reply = client.request("add");

    socket.deliver({ ws: "reply", id: "c1", error: { code: "invalid" } });

    await assert.rejects(reply, { message: "invalid" });
  });

  it("rejects when the reply takes too long, and ignores it later", async () => {
    const { client, clock, socket } = await connected();
    const reply = client.request("add", {}, { timeout: 2_000 });
    reply.catch(() => {});

    await clock.advance(2_000);
    socket.deliver({ ws: "reply", id: "c1" });
    socket.deliver({ ws: "reply", id: "c1", error: { code: "late" } });

    await assert.rejects(reply, {
      name: "TimeoutError",
      message: 'The reply to "add" took longer than 2000 ms.',
    });
  });

  it("waits ten seconds by default", async () => {
    const { client, clock } = await connected();
    const outcome = assert.rejects(client.request("add"), { name: "TimeoutError" });

    await clock.advance(9_999);
    assert.ok(clock.delays.includes(10_000));
    await clock.advance(1);

    await outcome;
  });

  it("has a timeout of its own", async () => {
    const { client, clock } = await connected();
    const rejected = [];
    client.request("slow", {}, { timeout: 200 }).catch(() => rejected.push("slow"));
    client.request("fast", {}, { timeout: 100 }).catch(() => rejected.push("fast"));

    await clock.advance(200);

    assert.deepEqual(rejected, ["fast", "slow"]);
  });

  it("rejects when the signal aborts", async () => {
    const { client } = await connected();
    const controller = new AbortController();
    const reply = client.request("add", {}, { signal: controller.signal });

    controller.abort(new Error("left the page"));

    await assert.rejects(reply, { message: "left the page" });
  });

  it("sends nothing when the signal had aborted", async () => {
    const { client, socket } = await connected();

    await assert.rejects(client.request("add", {}, { signal: AbortSignal.abort() }), {
      name: "AbortError",
    });
    assert.deepEqual(socket.frames, []);
  });

  it("listens to its signal no longer than needed", async () => {
    const { client, socket } = await connected();
    const { signal } = new AbortController();
    const removed = [];
    signal.removeEventListener = (type) => removed.push(type);
    const reply = client.request("add", {}, { signal });

    socket.deliver({ ws: "reply", id: "c1" });
    socket.deliver({ ws: "reply", id: "c1" });
    await reply;

    assert.deepEqual(removed, ["abort"]);
  });

  it("is queued while there is no connection", async () => {
    const harness = new Harness();
    const reply = harness.client.request("add");

    await harness.connect();
    harness.socket.deliver({ ws: "reply", id: "c1", data: 3 });

    assert.equal(await reply, 3);
  });

  it("leaves the queue when it times out", async () => {
    const harness = new Harness();
    const reply = harness.client.request("add", {}, { timeout: 100 });
    reply.catch(() => {});

    await harness.clock.advance(100);
    await harness.connect();

    await assert.rejects(reply, { name: "TimeoutError" });
    assert.deepEqual(harness.socket.frames, []);
  });

  it("rejects when the connection is lost before the reply", async () => {
    const harness = await connected();
    const reply = harness.client.request("add");

    harness.socket.drop(1001, "Going away");

    await assert.rejects(reply, {
      name: "ConnectionLostError",
      message: "There is no connection (code 1001, Going away).",
      code: 1001,
    });
  });

  it("stays queued when an attempt fails", async () => {
    const harness = new Harness();
    const reply = harness.client.request("add");
    await harness.dial();
    harness.socket.drop();

    await harness.clock.advance(250);
    harness.socket.accept();
    harness.socket.deliver({ ws: "reply", id: "c1", data: "late" });

    assert.equal(await reply, "late");
  });

  it("rejects, sent or queued, when the client closes for good", async () => {
    const harness = new Harness();
    const queued = harness.client.request("add");

    harness.client.close();

    await assert.rejects(queued, { name: "ConnectionLostError", code: 1000 });
    await assert.rejects(harness.client.request("add"), { reason: "the client is closed" });
  });

  it("rejects when the user turns out to be signed out", async () => {
    const harness = new Harness();
    const reply = harness.client.request("add");
    reply.catch(() => {});
    harness.answers.push(new Response("Authentication required", { status: 403 }));

    await harness.dial();

    await assert.rejects(reply, { name: "ConnectionLostError", reason: "unauthorized" });
  });

  it("rejects what send refuses", async () => {
    const { client } = await connected();

    await assert.rejects(client.request("add", { id: 5 }), TypeError);
    await assert.rejects(client.request("add", { text: "a".repeat(MAX_MESSAGE_BYTES) }), {
      name: "MessageTooLargeError",
    });
  });
});

describe("What arrives", () => {
  for (const [what, frame, detail] of [
    ["an object", '{"text":"hi"}', { text: "hi" }],
    ["an array", "[1,2]", [1, 2]],
    ["an empty array", "[]", []],
    ["a number", "5", 5],
    ["null", "null", null],
    ["a string", '"abc"', "abc"],
    ["text that is not JSON", "hello there", "hello there"],
    ["an object with a ws key of its own", '{"ws":{"mine":1}}', { ws: { mine: 1 } }],
    ["an object with a message", '{"message":"hi"}', { message: "hi" }],
    [
      "an object with the keys of a gateway error but other types",
      '{"message":"hi","connectionId":1,"requestId":2}',
      { message: "hi", connectionId: 1, requestId: 2 },
    ],
  ]) {
    it(`is a message event for ${what}`, async () => {
      const harness = await connected();

      harness.socket.deliver(frame);

      assert.deepEqual(harness.details("message"), [detail]);
    });
  }

  for (const frame of ["", "{}", '{"ws":"pong"}', '{"ws":"later"}', '{"ws":"reply","id":"c9"}']) {
    it(`is ignored for ${frame || "an empty frame"}`, async () => {
      const harness = await connected();
      const before = harness.events.length;

      harness.socket.deliver(frame);

      assert.equal(harness.events.length, before);
    });
  }

  it("is an error event for the gateway's own error frames", async () => {
    const harness = await connected();

    harness.socket.deliver({
      message: "Internal server error",
      connectionId: "Qyi07eCbtjMCJKw=",
      requestId: "Qyi3UG41tjMFlUg=",
    });

    assert.deepEqual(harness.details("message"), []);
    assert.equal(harness.errors[0].name, "GatewayError");
    assert.equal(harness.errors[0].message, "Internal server error");
    assert.equal(harness.errors[0].connectionId, "Qyi07eCbtjMCJKw=");
    assert.equal(harness.errors[0].requestId, "Qyi3UG41tjMFlUg=");
  });

  it("stops the client when the server says not to reconnect", async () => {
    const harness = await connected();

    harness.socket.deliver({ ws: "close", code: "revoked", reconnect: false });
    harness.socket.drop(1000);

    assert.equal(harness.client.state, "closed");
    assert.equal(harness.sockets[0].readyState, 3);
    assert.deepEqual(harness.details("close"), [
      { code: 1000, reason: "", willReconnect: false, serverCode: "revoked" },
    ]);
    assert.deepEqual(harness.clock.delays, []);
  });

  it("names the server's code in the close event when the client may reconnect", async () => {
    const harness = await connected();

    harness.socket.deliver({ ws: "close", code: "shutdown", reconnect: true });
    assert.equal(harness.client.state, "open");
    harness.socket.drop(1000);

    assert.deepEqual(harness.details("close"), [
      { code: 1000, reason: "", willReconnect: true, serverCode: "shutdown" },
    ]);
  });

  it("does not carry the server's code over to the next connection", async () => {
    const harness = await connected();
    harness.socket.deliver({ ws: "close", code: "shutdown", reconnect: true });
    harness.socket.drop(1000);
    await harness.clock.advance(250);
    harness.socket.accept();

    harness.socket.drop(1006);

    assert.equal(harness.details("close").at(-1).serverCode, undefined);
  });
});

describe("The heartbeat", () => {
  it("is sent after nine quiet minutes, and again", async () => {
    const { client, clock, socket } = await connected();

    await clock.advance(540_000 - 1);
    assert.deepEqual(socket.frames, []);
    await clock.advance(1);
    await clock.advance(540_000);

    assert.deepEqual(socket.frames, Array(2).fill('{"action":"chat","ws":"ping"}'));
    assert.equal(client.state, "open");
  });

  it("is put off by what is sent and by what arrives", async () => {
    const { client, clock, socket } = await connected();

    await clock.advance(500_000);
    client.send("say");
    await clock.advance(500_000);
    socket.deliver("");
    await clock.advance(539_999);

    assert.equal(socket.frames.length, 1);
  });

  it("ends with the connection", async () => {
    const harness = await connected();

    harness.socket.drop();

    assert.deepEqual(harness.clock.delays, [250]);
  });
});
