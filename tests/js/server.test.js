/** The client on real sockets, real HTTP and real time. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, before, describe, it } from "node:test";
import NodeWebSocket, { WebSocketServer } from "ws";
import { WebSocketClient } from "../../django_aws_api_gateway_websockets/static/django_aws_api_gateway_websockets/client.js";

/** A browser's socket reports a failure as an event and throws nothing when nobody listens. */
class BrowserLikeSocket extends NodeWebSocket {
  constructor(url) {
    super(url);
    this.on("error", () => {});
  }
}

let http;
let sockets;
let client;
let tokens = 0;
let refusals = 0;

/** The detail of the next event of a type. */
const next = (type) =>
  new Promise((resolve) => {
    client.addEventListener(type, ({ detail }) => resolve(detail), { once: true });
  });

const connectTo = (port, options = {}) => {
  const url = `ws://127.0.0.1:${port}/abc/production`;
  const tokenUrl = `http://127.0.0.1:${http.address().port}/ws/token/`;
  const config = { url, tokenUrl, channel: "room", routeKey: "chat" };
  client = new WebSocketClient(config, {
    WebSocket: BrowserLikeSocket,
    backoffBase: 20,
    ...options,
  });
  client.open();
};

before(async () => {
  http = createServer((request, response) => {
    if (refusals-- > 0) response.writeHead(503).end();
    else response.end(JSON.stringify({ token: `${request.method}-${++tokens}`, expires_in: 60 }));
  });
  sockets = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  sockets.on("connection", (socket, { url }) => {
    const query = new URL(url, "ws://localhost").searchParams;
    socket.on("message", (frame) => {
      const { id, handler } = JSON.parse(frame);
      if (handler === "vanish") socket.terminate();
      else socket.send(JSON.stringify({ ws: "reply", id, data: Object.fromEntries(query) }));
    });
    socket.send("{}");
    socket.send(JSON.stringify({ greeting: "hello" }));
  });
  http.listen(0, "127.0.0.1");
  await Promise.all([once(http, "listening"), once(sockets, "listening")]);
});

afterEach(() => client.close());

after(() => {
  http.closeAllConnections();
  http.close();
  sockets.close();
});

describe("Against a real server", { timeout: 10_000 }, () => {
  it("requests travel with a fresh token", async () => {
    connectTo(sockets.address().port);

    const reply = await client.request("whoami");

    assert.deepEqual(reply, { ws_token: `POST-${tokens}`, channel: "room" });
  });

  it("messages arrive", async () => {
    connectTo(sockets.address().port);

    assert.deepEqual(await next("message"), { greeting: "hello" });
  });

  it("a lost connection comes back with another token", async () => {
    connectTo(sockets.address().port);
    await next("open");
    const before = tokens;

    client.send("vanish");
    const { code, willReconnect } = await next("close");
    await next("open");

    assert.deepEqual([code, willReconnect, tokens], [1006, true, before + 1]);
  });

  it("failed token requests are survived", async () => {
    refusals = 2;

    connectTo(sockets.address().port);
    await next("open");

    assert.equal(client.state, "open");
  });

  it("a port where nobody listens is tried again", async () => {
    const gone = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(gone, "listening");
    const { port } = gone.address();
    await new Promise((resolve) => gone.close(resolve));

    connectTo(port);
    const error = await next("error");

    assert.equal(error.name, "ConnectionLostError");
    assert.equal(client.state, "waiting");
  });
});
