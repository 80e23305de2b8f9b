/** The script that the documentation gives to apps that have a key in place of a cookie. */

import assert from "node:assert/strict";
import { before, beforeEach, it } from "node:test";
import { FakeSocket, settled } from "../js/fakes.js";
import { connectWithKey } from "../../docs/snippets/clients/static/clients/app.js";

const CLIENT =
  "../../django_aws_api_gateway_websockets/static/django_aws_api_gateway_websockets/client.js";
const DETAILS = {
  url: "wss://ws.example.com",
  channel: "readings",
  tokenUrl: "https://www.example.com/devices/token",
  key: "ada:signature",
};

let answer;
let requests;
let sockets;

before(async () => {
  globalThis.document = {};
  globalThis.WebSocket = class extends FakeSocket {
    constructor(url) {
      super(url);
      sockets.push(url);
    }
  };
  await import(CLIENT);
});

beforeEach(() => {
  answer = Response.json({ token: "t0", expires_in: 60, url: DETAILS.url });
  requests = [];
  sockets = [];
  globalThis.fetch = async (url, { method, headers }) => {
    requests.push({ url, method, headers });
    return answer;
  };
});

async function connect() {
  const client = connectWithKey(DETAILS);
  const errors = [];
  client.on("error", ({ detail }) => errors.push(detail));
  await settled();
  return { client, errors };
}

it("posts the key and opens a socket with the token", async () => {
  const { client } = await connect();
  client.close();

  assert.deepEqual(requests, [
    { url: DETAILS.tokenUrl, method: "POST", headers: { "X-Api-Key": DETAILS.key } },
  ]);
  assert.deepEqual(sockets, ["wss://ws.example.com/?ws_token=t0&channel=readings"]);
});

it("stops when the key is refused", async () => {
  answer = new Response("Authentication required", { status: 403 });

  const { client, errors } = await connect();

  assert.equal(client.state, "closed");
  assert.equal(errors[0].name, "UnauthorizedError");
});

it("waits as long as the server says", async () => {
  answer = new Response("Rate limit exceeded", { status: 403, headers: { "Retry-After": "7" } });

  const { client, errors } = await connect();

  assert.equal(client.state, "waiting");
  assert.equal(errors[0].retryAfter, 7000);
  client.close();
});
