/** The script that the documentation gives to pages without the client. */

import assert from "node:assert/strict";
import { beforeEach, it } from "node:test";
import { openSocket } from "../../docs/snippets/byhand/static/byhand/socket.js";

const DATASET = {
  url: "wss://ws.example.com",
  tokenUrl: "/ws/token",
  channel: "a&b",
  csrfToken: "c".repeat(64),
};

let requests;
let answer;

beforeEach(() => {
  requests = [];
  answer = Response.json({ token: "t0", expires_in: 60 });
  globalThis.fetch = async (url, init) => {
    requests.push({ url, ...init });
    return answer;
  };
  globalThis.WebSocket = class {
    constructor(url) {
      this.url = String(url);
    }
  };
});

it("posts for a token with the CSRF header and the cookies", async () => {
  await openSocket(DATASET);

  assert.deepEqual(requests, [
    {
      url: "/ws/token",
      method: "POST",
      credentials: "same-origin",
      headers: { "X-CSRFToken": DATASET.csrfToken },
    },
  ]);
});

it("puts the token and the channel into the URL", async () => {
  const socket = await openSocket(DATASET);

  assert.equal(socket.url, "wss://ws.example.com/?ws_token=t0&channel=a%26b");
});

it("says why there is no token", async () => {
  answer = new Response("Authentication required", { status: 403 });

  await assert.rejects(openSocket(DATASET), { message: "No token: 403 Authentication required" });
});
