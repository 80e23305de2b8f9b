/** A client whose sockets, token requests, page and time are all in the test's hands. */

import { WebSocketClient } from "../../django_aws_api_gateway_websockets/static/django_aws_api_gateway_websockets/client.js";
import { CONFIG, FakeClock, FakePage, FakeSocket, settled } from "./fakes.js";

export class Harness {
  clock = new FakeClock();
  page = new FakePage();
  sockets = [];
  tokenRequests = [];
  /** What the token endpoint answers next; a token when there is nothing more. */
  answers = [];
  events = [];
  random = 0.5;

  constructor({ config = {}, ...options } = {}) {
    const { sockets } = this;
    this.client = new WebSocketClient(
      { ...CONFIG, ...config },
      {
        WebSocket: class extends FakeSocket {
          constructor(url) {
            super(url);
            sockets.push(this);
          }
        },
        fetch: (url, init) => this.#answer(url, init),
        timers: this.clock,
        now: this.clock.now,
        random: () => this.random,
        window: this.page,
        ...options,
      },
    );
    for (const type of ["open", "close", "message", "state", "error"]) {
      this.client.on(type, ({ detail }) => this.events.push({ type, detail }));
    }
  }

  async #answer(url, init) {
    this.tokenRequests.push({ url, init });
    const answer = this.answers.shift() ?? Response.json({ token: "t".repeat(3), expires_in: 60 });
    if (answer instanceof Error) throw answer;
    return answer;
  }

  /** The latest socket. */
  get socket() {
    return this.sockets.at(-1);
  }

  /** The details of all events of a type, oldest first. */
  details(type) {
    return this.events.filter((event) => event.type === type).map(({ detail }) => detail);
  }

  get errors() {
    return this.details("error");
  }

  get states() {
    return this.details("state").map(({ state }) => state);
  }

  /** Opens the client and waits until a socket shakes hands. */
  async dial() {
    this.client.open();
    await settled();
  }

  async connect() {
    await this.dial();
    this.socket.accept();
  }

  /** Connects, and loses the connection at once. */
  async connectAndLose() {
    await this.connect();
    this.socket.drop();
  }
}

export async function connected(options) {
  const harness = new Harness(options);
  await harness.connect();
  return harness;
}
