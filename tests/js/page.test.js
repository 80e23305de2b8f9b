/** The module in a document: each test file runs in a process of its own, so this one can have one. */

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { CONFIG, FakeClock, FakePage, FakeSocket, settled } from "./fakes.js";

const CLIENT =
  "../../django_aws_api_gateway_websockets/static/django_aws_api_gateway_websockets/client.js";

const blocks = {
  "websocket-config": JSON.stringify({ ...CONFIG, tokenUrl: null }),
  "second-config": JSON.stringify({ ...CONFIG, tokenUrl: null, channel: "room_2" }),
  "no-route": JSON.stringify({ ...CONFIG, url: null }),
};

let client;

before(async () => {
  globalThis.document = {
    getElementById: (id) => (id in blocks ? { textContent: blocks[id] } : null),
  };
  globalThis.WebSocket = FakeSocket;
  client = await import(CLIENT);
});

const options = () => ({ timers: new FakeClock(), window: new FakePage() });

describe("connect", () => {
  it("reads the config block of the page and opens a client", async () => {
    const connection = client.connect(options());
    await settled();

    assert.ok(connection instanceof client.WebSocketClient);
    assert.equal(connection.state, "connecting");
  });

  it("reads the config block of another id", async () => {
    const urls = [];
    const WebSocket = class extends FakeSocket {
      constructor(url) {
        super(url);
        urls.push(url);
      }
    };

    client.connect({ ...options(), configId: "second-config", WebSocket });
    await settled();

    assert.deepEqual(urls, ["wss://gateway.example/production?channel=room_2"]);
  });

  it("takes a config in place of a block", () => {
    const connection = client.connect({ ...options(), config: { ...CONFIG, tokenUrl: null } });

    assert.equal(connection.state, "connecting");
  });

  it("says so when the page has no route", () => {
    assert.throws(() => client.connect({ configId: "no-route" }), {
      message: "The page has no WebSocket route: its config block holds no url.",
    });
  });

  it("says so when the page has no config block", () => {
    assert.throws(() => client.connect({ configId: "elsewhere" }), {
      message: 'No element has the id "elsewhere": add {% websocket_config %} to the template.',
    });
  });

  it("gives the defaults to whoever names no option", () => {
    const connection = client.connect();

    connection.close();

    assert.equal(connection.state, "closed");
  });
});

describe("readConfig", () => {
  it("is the content of the block", () => {
    assert.deepEqual(client.readConfig(), { ...CONFIG, tokenUrl: null });
  });
});

describe("globalThis.djangoWebSockets", () => {
  it("has every export of the module", () => {
    assert.deepEqual({ ...globalThis.djangoWebSockets }, { ...client });
  });
});
