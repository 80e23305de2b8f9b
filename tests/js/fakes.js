/** What a client needs of the world, in the hands of a test. */

export const CONFIG = Object.freeze({
  url: "wss://gateway.example/production",
  tokenUrl: "/ws/token/",
  channel: "room_1",
  routeKey: "chat",
  csrfToken: "csrf-value",
  csrfHeaderName: "X-CSRFToken",
});

/** Lets everything that waits for promises only happen. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

export class FakeClock {
  time = 1_000_000;
  #lastId = 0;
  timers = new Map();

  now = () => this.time;

  setTimeout(callback, delay) {
    this.timers.set(++this.#lastId, { at: this.time + delay, delay, callback });
    return this.#lastId;
  }

  clearTimeout(id) {
    this.timers.delete(id);
  }

  /** The delays in ms of all timers that are set. */
  get delays() {
    return [...this.timers.values()].map(({ delay }) => delay);
  }

  /** Moves the time without giving any timer a chance, as a sleeping laptop does. */
  sleep(ms) {
    this.time += ms;
  }

  async advance(ms) {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= end);
      if (!due.length) break;
      const [id, { at, callback }] = due.sort(([, a], [, b]) => a.at - b.at)[0];
      this.timers.delete(id);
      this.time = Math.max(this.time, at);
      callback();
      await settled();
    }
    this.time = end;
  }
}

/** The far end of a socket: `accept`, `deliver` and `drop` are what the server does. */
export class FakeSocket {
  readyState = 0;
  frames = [];
  closed = undefined;

  constructor(url) {
    this.url = url;
  }

  get messages() {
    return this.frames.map((frame) => JSON.parse(frame));
  }

  accept() {
    this.readyState = 1;
    this.onopen({});
  }

  deliver(data) {
    this.onmessage({ data: typeof data === "string" ? data : JSON.stringify(data) });
  }

  drop(code = 1006, reason = "") {
    this.readyState = 3;
    this.onclose({ code, reason });
  }

  send(frame) {
    this.frames.push(frame);
  }

  close(code, reason) {
    if (code !== undefined && code !== 1000 && code < 3000) throw new RangeError("bad close code");
    if (this.readyState >= 2) return;
    this.readyState = 2;
    this.closed = { code, reason };
  }
}

export class FakePage extends EventTarget {
  document = { hidden: false };
  listeners = 0;

  addEventListener(type, listener, options) {
    super.addEventListener(type, listener, options);
    this.listeners += 1;
    options.signal.addEventListener("abort", () => {
      this.listeners -= 1;
    });
  }

  tell(type) {
    this.dispatchEvent(new Event(type));
  }
}
