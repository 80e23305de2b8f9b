import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  socketUrl,
  UnauthorizedError,
  WebSocketClient,
} from "../../django_aws_api_gateway_websockets/static/django_aws_api_gateway_websockets/client.js";
import { CONFIG, settled } from "./fakes.js";
import { connected, Harness } from "./harness.js";

describe("Opening a client", () => {
  it("goes from idle over connecting to open", async () => {
    const harness = new Harness();
    assert.equal(harness.client.state, "idle");

    await harness.connect();

    assert.deepEqual(harness.details("state"), [
      { state: "connecting", previous: "idle" },
      { state: "open", previous: "connecting" },
    ]);
    assert.deepEqual(harness.details("open"), [{ reconnected: false }]);
  });

  it("refuses a config without a url", () => {
    assert.throws(() => new WebSocketClient({ ...CONFIG, url: null }), {
      message: "The page has no WebSocket route: its config block holds no url.",
    });
  });

  it("does nothing when connecting or open already", async () => {
    const harness = await connected();

    harness.client.open();
    await settled();

    assert.equal(harness.sockets.length, 1);
    assert.equal(harness.tokenRequests.length, 1);
  });

  it("attempts at once when waiting", async () => {
    const harness = await connected();
    harness.socket.drop();

    await harness.dial();

    assert.equal(harness.client.state, "connecting");
    assert.equal(harness.sockets.length, 2);
  });

  it("works again after it was closed", async () => {
    const harness = await connected();
    harness.client.close();

    await harness.connect();

    assert.equal(harness.client.state, "open");
    assert.deepEqual(harness.details("open").at(-1), { reconnected: true });
  });
});

describe("The token request", () => {
  it("is a POST with the CSRF header and the cookies of the page", async () => {
    const harness = new Harness();

    await harness.dial();

    const [{ url, init }] = harness.tokenRequests;
    assert.equal(url, "/ws/token/");
    assert.equal(init.method, "POST");
    assert.equal(init.credentials, "same-origin");
    assert.deepEqual(init.headers, { "X-CSRFToken": "csrf-value" });
  });

  it("has no CSRF header when the config has no CSRF token", async () => {
    const harness = new Harness({ config: { csrfToken: null } });

    await harness.dial();

    assert.deepEqual(harness.tokenRequests[0].init.headers, {});
  });

  it("is abandoned when the client is closed", () => {
    const harness = new Harness();
    harness.client.open();

    harness.client.close();

    assert.equal(harness.tokenRequests[0].init.signal.aborted, true);
  });

  it("is made anew for every attempt", async () => {
    const harness = await connected();
    harness.answers.push(Response.json({ token: "second" }));

    harness.socket.drop();
    await harness.clock.advance(500);

    assert.equal(harness.tokenRequests.length, 2);
    assert.match(harness.socket.url, /ws_token=second/);
  });

  it("is left out without a token URL", async () => {
    const harness = new Harness({ config: { tokenUrl: null } });

    await harness.dial();

    assert.equal(harness.tokenRequests.length, 0);
    assert.equal(harness.socket.url, "wss://gateway.example/production?channel=room_1");
  });

  for (const [what, answer, message] of [
    ["a network failure", new TypeError("fetch failed"), "fetch failed"],
    ["a 500", new Response("", { status: 500 }), "The token request got no token (HTTP 500)."],
    ["a 429", new Response("", { status: 429 }), "The token request got no token (HTTP 429)."],
    ["a missing token", Response.json({}), "The token request got no token (HTTP 200)."],
    ["an empty answer", Response.json(null), "The token request got no token (HTTP 200)."],
  ]) {
    it(`is tried again after ${what}`, async () => {
      const harness = new Harness();
      harness.answers.push(answer);

      await harness.dial();
      assert.equal(harness.client.state, "waiting");
      await harness.clock.advance(250);

      assert.equal(harness.client.state, "connecting");
      assert.equal(harness.sockets.length, 1);
      assert.deepEqual(
        harness.errors.map((error) => error.message),
        [message],
      );
    });
  }

  for (const [what, answer] of [
    ["a 401", new Response("", { status: 401 })],
    ["a 403 without Retry-After", new Response("Authentication required", { status: 403 })],
  ]) {
    it(`stops the client after ${what}`, async () => {
      const harness = new Harness();
      harness.answers.push(answer);

      await harness.dial();

      assert.equal(harness.client.state, "closed");
      assert.equal(harness.errors[0].name, "UnauthorizedError");
      assert.equal(
        harness.errors[0].message,
        "The server gives this user no token: sign in, then reload the page.",
      );
      assert.deepEqual(harness.details("close"), [
        { code: 1008, reason: "unauthorized", willReconnect: false, serverCode: undefined },
      ]);
      assert.deepEqual(harness.clock.delays, []);
    });
  }

  it("is not made when a state listener closes the client", async () => {
    const harness = new Harness();
    harness.client.on("state", () => harness.client.close());

    await harness.dial();

    assert.deepEqual(harness.tokenRequests, []);
    assert.deepEqual(harness.states, ["connecting", "closed"]);
  });

  it("waits for as long as a rate limit says, and its own delay on top", async () => {
    const harness = new Harness();
    harness.answers.push(
      new Response("Rate limit exceeded", { status: 403, headers: { "Retry-After": "30" } }),
    );

    await harness.dial();

    assert.equal(harness.client.state, "waiting");
    assert.equal(harness.errors[0].status, 403);
    assert.equal(harness.errors[0].retryAfter, 30_000);
    assert.deepEqual(harness.clock.delays, [30_250]);
  });

  it("understands a date in Retry-After", async () => {
    const harness = new Harness();
    const date = new Date(harness.clock.time + 60_000).toUTCString();
    harness.answers.push(new Response("", { status: 503, headers: { "Retry-After": date } }));

    await harness.dial();

    assert.deepEqual(harness.clock.delays, [60_250]);
  });

  for (const header of ["soon", "-5"]) {
    it(`does not let the Retry-After ${header} shorten the delay`, async () => {
      const harness = new Harness();
      harness.answers.push(new Response("", { status: 503, headers: { "Retry-After": header } }));

      await harness.dial();

      assert.deepEqual(harness.clock.delays, [250]);
    });
  }

  it("keeps a delay that timers cannot hold at the longest that they can", async () => {
    const harness = new Harness();
    harness.answers.push(new Response("", { status: 503, headers: { "Retry-After": "9e9" } }));

    await harness.dial();

    assert.deepEqual(harness.clock.delays, [2 ** 31 - 1]);
  });
});

describe("A getToken option", () => {
  it("replaces the token request", async () => {
    const harness = new Harness({ getToken: async () => "mine" });

    await harness.dial();

    assert.equal(harness.tokenRequests.length, 0);
    assert.match(harness.socket.url, /ws_token=mine/);
  });

  it("stops the client with an UnauthorizedError", async () => {
    const getToken = async () => {
      throw new UnauthorizedError("Signed out.");
    };
    const harness = new Harness({ getToken });

    await harness.dial();

    assert.equal(harness.client.state, "closed");
    assert.equal(harness.errors[0].message, "Signed out.");
  });

  it("is called again after any other error", async () => {
    const results = [Promise.reject(new Error("not yet")), Promise.resolve("late")];
    const harness = new Harness({ getToken: () => results.shift() });

    await harness.dial();
    await harness.clock.advance(250);

    assert.match(harness.socket.url, /ws_token=late/);
  });

  it("is told by its signal that the client was closed", async () => {
    let given;
    const harness = new Harness({
      getToken: ({ signal }) => {
        given = signal;
        return new Promise(() => {});
      },
    });
    await harness.dial();

    harness.client.close();

    assert.equal(given.aborted, true);
  });
});

describe("The connection timeout", () => {
  it("covers a token that never comes", async () => {
    const harness = new Harness({ getToken: () => new Promise(() => {}) });
    await harness.dial();

    await harness.clock.advance(10_000);

    assert.equal(harness.client.state, "waiting");
    assert.equal(harness.errors[0].message, "Connecting took longer than 10000 ms.");
  });

  it("covers a handshake that never ends", async () => {
    const harness = new Harness();
    await harness.dial();

    await harness.clock.advance(10_000);

    assert.equal(harness.client.state, "waiting");
    assert.equal(harness.socket.readyState, 2);
  });

  it("ignores the token of a given-up attempt", async () => {
    const late = deferred();
    const harness = new Harness({ getToken: () => late.promise });
    await harness.dial();
    await harness.clock.advance(10_000);

    late.resolve("late");
    await settled();

    assert.equal(harness.sockets.length, 0);
    assert.equal(harness.errors.length, 1);
  });

  it("ignores what a given-up socket still does", async () => {
    const harness = new Harness();
    await harness.dial();
    await harness.clock.advance(10_000);

    harness.sockets[0].accept();

    assert.equal(harness.client.state, "waiting");
  });

  it("is over when the connection is open", async () => {
    const harness = await connected();

    await harness.clock.advance(20_000);

    assert.equal(harness.client.state, "open");
  });
});

describe("The socket URL", () => {
  it("has the token and the channel", () => {
    assert.equal(
      socketUrl(CONFIG, "abc"),
      "wss://gateway.example/production?ws_token=abc&channel=room_1",
    );
  });

  it("escapes what a channel name may hold", () => {
    assert.equal(
      socketUrl({ ...CONFIG, channel: "a b&c=d/ü" }, "abc"),
      "wss://gateway.example/production?ws_token=abc&channel=a+b%26c%3Dd%2F%C3%BC",
    );
  });

  it("leaves an empty channel out", () => {
    assert.equal(
      socketUrl({ ...CONFIG, channel: "" }, "abc"),
      "wss://gateway.example/production?ws_token=abc",
    );
  });

  it("is refused when the config holds none", () => {
    assert.throws(() => socketUrl({ ...CONFIG, url: null }), { name: "TypeError" });
  });
});

function deferred() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
