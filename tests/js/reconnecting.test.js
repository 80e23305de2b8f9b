import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { backoff } from "../../django_aws_api_gateway_websockets/static/django_aws_api_gateway_websockets/client.js";
import { settled } from "./fakes.js";
import { connected, Harness } from "./harness.js";

describe("backoff", () => {
  it("doubles the width with each failure, up to the cap", () => {
    const widths = [0, 1, 2, 5, 6, 2000].map((failures) => backoff(failures, 500, 20_000, () => 1));

    assert.deepEqual(widths, [500, 1000, 2000, 16_000, 20_000, 20_000]);
  });

  it("draws from the whole width each time", () => {
    const draws = [0, 0.25, 0.75];

    const delays = draws.map((draw) => backoff(2, 500, 20_000, () => draw));

    assert.deepEqual(delays, [0, 500, 1500]);
  });

  it("is random without being told", () => {
    const delay = backoff(0, 500, 20_000);

    assert.ok(delay >= 0 && delay < 500);
  });
});

describe("Losing a connection", () => {
  it("is told, and followed by another attempt", async () => {
    const harness = await connected();

    harness.socket.drop(1001, "Going away");

    assert.deepEqual(harness.details("close"), [
      { code: 1001, reason: "Going away", willReconnect: true, serverCode: undefined },
    ]);
    assert.deepEqual(harness.clock.delays, [250]);
    await harness.clock.advance(250);
    harness.socket.accept();
    assert.deepEqual(harness.details("open").at(-1), { reconnected: true });
    assert.deepEqual(harness.errors, []);
  });

  it("is an error and no close event when the handshake was refused", async () => {
    const harness = new Harness();
    await harness.dial();

    harness.socket.drop();

    assert.deepEqual(harness.details("close"), []);
    assert.equal(harness.errors[0].name, "ConnectionLostError");
    assert.equal(harness.errors[0].message, "There is no connection (code 1006).");
    assert.equal(harness.client.state, "waiting");
  });

  it("draws a new delay each time, wider with each failure", async () => {
    const harness = await connected();
    const delays = [];

    for (const random of [0.5, 0.1, 0.9, 0.5]) {
      harness.random = random;
      harness.socket.drop();
      delays.push(...harness.clock.delays);
      await harness.clock.advance(delays.at(-1));
    }

    assert.deepEqual(delays, [250, 100, 1800, 2000]);
  });

  it("starts with short delays again only after a connection that lasted", async () => {
    const harness = await connected();
    harness.socket.drop();
    await harness.clock.advance(250);
    harness.socket.accept();

    await harness.clock.advance(4_999);
    harness.socket.drop();
    assert.deepEqual(harness.clock.delays, [500]);

    await harness.clock.advance(500);
    harness.socket.accept();
    await harness.clock.advance(5_000);
    harness.socket.drop();
    assert.deepEqual(harness.clock.delays, [250]);
  });

  it("starts with short delays again after the client was closed and opened", async () => {
    const harness = await connected();
    harness.socket.drop();
    harness.client.close();

    await harness.connectAndLose();

    assert.deepEqual(harness.clock.delays, [250]);
  });

  it("is survived when a socket cannot even be made", async () => {
    const harness = new Harness({
      WebSocket: class {
        constructor() {
          throw new SyntaxError("bad URL");
        }
      },
    });

    await harness.dial();

    assert.equal(harness.client.state, "waiting");
    assert.equal(harness.errors[0].message, "bad URL");
  });

  it("ignores the second close event of a socket", async () => {
    const harness = await connected();
    harness.socket.drop();

    harness.socket.drop();

    assert.equal(harness.details("close").length, 1);
  });
});

describe("The page", () => {
  for (const type of ["online", "pageshow", "visibilitychange"]) {
    it(`cuts the wait short with ${type}`, async () => {
      const harness = await connected();
      harness.socket.drop();

      harness.page.tell(type);
      await settled();

      assert.equal(harness.sockets.length, 2);
      assert.equal(harness.client.state, "connecting");
    });
  }

  it("changes nothing while hidden", async () => {
    const harness = await connected();
    harness.socket.drop();
    harness.page.document.hidden = true;

    harness.page.tell("online");
    harness.page.tell("visibilitychange");

    assert.equal(harness.client.state, "waiting");
  });

  it("changes nothing while connected", async () => {
    const harness = await connected();

    harness.page.tell("online");
    await settled();

    assert.equal(harness.sockets.length, 1);
  });

  it("does not cut short what the server asked for", async () => {
    const harness = new Harness();
    harness.answers.push(new Response("", { status: 429, headers: { "Retry-After": "30" } }));
    await harness.dial();

    await harness.clock.advance(29_999);
    harness.page.tell("online");
    assert.equal(harness.client.state, "waiting");

    await harness.clock.advance(1);
    harness.page.tell("online");
    assert.equal(harness.client.state, "connecting");
  });

  it("is no longer listened to after close", async () => {
    const harness = await connected();
    assert.equal(harness.page.listeners, 3);

    harness.client.close();

    assert.equal(harness.page.listeners, 0);
  });

  it("may be missing", async () => {
    const harness = await connected({ window: {} });

    harness.socket.drop();
    await harness.clock.advance(250);

    assert.equal(harness.client.state, "connecting");
  });

  it("may have no document", async () => {
    const harness = new Harness({ window: new EventTarget() });
    await harness.connectAndLose();

    harness.client.open();

    assert.equal(harness.client.state, "connecting");
  });

  it("in a worker counts as visible", async () => {
    const window = new EventTarget();
    const harness = new Harness({ window });
    await harness.connectAndLose();

    window.dispatchEvent(new Event("online"));

    assert.equal(harness.client.state, "connecting");
  });
});

describe("Closing", () => {
  it("ends the connection and is told", async () => {
    const harness = await connected();

    harness.client.close(3001, "bye");

    assert.deepEqual(harness.socket.closed, { code: 3001, reason: "bye" });
    assert.deepEqual(harness.details("close"), [
      { code: 3001, reason: "bye", willReconnect: false, serverCode: undefined },
    ]);
    assert.deepEqual(harness.clock.delays, []);
  });

  it("is a normal closure by default", async () => {
    const harness = await connected();

    harness.client.close();

    assert.deepEqual(harness.socket.closed, { code: 1000, reason: "" });
  });

  it("leaves the client as it is when the browser refuses the code", async () => {
    const harness = await connected();

    assert.throws(() => harness.client.close(1001), RangeError);

    assert.equal(harness.client.state, "open");
  });

  it("ends an attempt whose token is still on its way", async () => {
    const harness = new Harness();
    harness.client.open();

    harness.client.close();
    await settled();

    assert.equal(harness.sockets.length, 0);
    assert.deepEqual(harness.errors, []);
    assert.deepEqual(harness.states, ["connecting", "closed"]);
  });

  it("ends the wait for the next attempt", async () => {
    const harness = await connected();
    harness.socket.drop();

    harness.client.close();
    await harness.clock.advance(60_000);

    assert.equal(harness.sockets.length, 1);
  });

  it("is told once", async () => {
    const harness = await connected();
    harness.client.close();

    harness.client.close();
    harness.socket.drop(1000);

    assert.equal(harness.details("close").length, 1);
  });
});

describe("Events", () => {
  it("keep the order of their causes when a listener closes the client", async () => {
    const harness = new Harness();
    await harness.connect();
    harness.client.on("state", ({ detail }) => {
      if (detail.state === "waiting") harness.client.close();
    });

    harness.socket.drop(1001);

    assert.deepEqual(harness.states.slice(-2), ["waiting", "closed"]);
    assert.deepEqual(
      harness.details("close").map(({ code, willReconnect }) => [code, willReconnect]),
      [
        [1001, true],
        [1000, false],
      ],
    );
    assert.deepEqual(harness.clock.delays, []);
  });

  it("start no heartbeat when a state listener closes the client", async () => {
    const harness = new Harness();
    harness.client.on("state", ({ detail }) => {
      if (detail.state === "open") harness.client.close();
    });

    await harness.connect();

    assert.equal(harness.client.state, "closed");
    assert.deepEqual(harness.clock.delays, []);
  });

  it("are listened to until the returned function is called", async () => {
    const harness = await connected();
    const heard = [];
    const stop = harness.client.on("message", ({ detail }) => heard.push(detail));

    harness.socket.deliver({ n: 1 });
    stop();
    harness.socket.deliver({ n: 2 });

    assert.deepEqual(heard, [{ n: 1 }]);
  });
});
