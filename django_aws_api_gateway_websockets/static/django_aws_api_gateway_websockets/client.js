/**
 * Connects a page to its Django views through API Gateway, and keeps it connected.
 *
 * One native ES module without dependencies; `client.d.ts` documents every option, event and error.
 *
 * @import { ClientEventMap, CloseDetail, Config, ConnectOptions, Options, RequestOptions, Socket } from "#client"
 */

/** @type {typeof import("#client").MAX_MESSAGE_BYTES} */
export const MAX_MESSAGE_BYTES = 32_768;

/** @type {typeof import("#client").State} */
export const State = Object.freeze({
  IDLE: "idle",
  CONNECTING: "connecting",
  OPEN: "open",
  WAITING: "waiting",
  CLOSED: "closed",
});

/** The longest delay in ms that timers take; a longer one would fire at once. */
const MAX_DELAY = 2 ** 31 - 1;
const SOCKET_OPEN = 1;
const NORMAL_CLOSURE = 1000;
const ABNORMAL_CLOSURE = 1006;
const POLICY_VIOLATION = 1008;
const RESERVED_NAMES = ["action", "handler", "id", "ws"];

/** Globals are looked up when called, so that importing this module needs none of them. */
const DEFAULTS = {
  backoffBase: 500,
  backoffCap: 20_000,
  minUptime: 5_000,
  connectionTimeout: 10_000,
  heartbeatInterval: 540_000,
  maxQueue: 100,
  queueTtl: 30_000,
  /** @type {NonNullable<Options["fetch"]>} */
  fetch: (url, init) => fetch(url, init),
  timers: {
    /** @type {(callback: () => void, delay: number) => unknown} */
    setTimeout: (callback, delay) => setTimeout(callback, delay),
    /** @type {(timer: any) => void} */
    clearTimeout: (timer) => clearTimeout(timer),
  },
  random: () => Math.random(),
  now: () => Date.now(),
};

export class WebSocketClientError extends Error {
  name = "WebSocketClientError";
}

export class UnauthorizedError extends WebSocketClientError {
  name = "UnauthorizedError";

  constructor(message = "The server gives this user no token: sign in, then reload the page.") {
    super(message);
  }
}

export class TokenError extends WebSocketClientError {
  name = "TokenError";

  /** @param {number} status @param {number} [retryAfter] */
  constructor(status, retryAfter = 0) {
    super(`The token request got no token (HTTP ${status}).`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export class TimeoutError extends WebSocketClientError {
  name = "TimeoutError";

  /** @param {string} what @param {number} timeout */
  constructor(what, timeout) {
    super(`${what} took longer than ${timeout} ms.`);
  }
}

export class ConnectionLostError extends WebSocketClientError {
  name = "ConnectionLostError";

  /** @param {number} code @param {string} [reason] */
  constructor(code, reason = "") {
    super(`There is no connection (code ${code}${reason && `, ${reason}`}).`);
    this.code = code;
    this.reason = reason;
  }
}

export class RequestError extends WebSocketClientError {
  name = "RequestError";

  /** @param {string} code @param {string} [message] @param {Record<string, string[]>} [fields] */
  constructor(code, message = code, fields = {}) {
    super(message);
    this.code = code;
    this.fields = fields;
  }
}

export class MessageTooLargeError extends WebSocketClientError {
  name = "MessageTooLargeError";

  /** @param {number} bytes */
  constructor(bytes) {
    super(`The message has ${bytes} bytes; at most ${MAX_MESSAGE_BYTES} can be sent.`);
    this.bytes = bytes;
  }
}

export class QueueFullError extends WebSocketClientError {
  name = "QueueFullError";

  /** @param {number} limit */
  constructor(limit) {
    super(`${limit} messages already wait for a connection.`);
  }
}

export class MessageExpiredError extends WebSocketClientError {
  name = "MessageExpiredError";

  constructor() {
    super("A message was dropped, because it waited too long for a connection.");
  }
}

export class GatewayError extends WebSocketClientError {
  name = "GatewayError";

  /** @param {{message: string, connectionId: string, requestId: string}} frame */
  constructor({ message, connectionId, requestId }) {
    super(message);
    this.connectionId = connectionId;
    this.requestId = requestId;
  }
}

/** @type {typeof import("#client").backoff} */
export function backoff(failures, base, cap, random = Math.random) {
  return random() * Math.min(cap, base * 2 ** failures);
}

/** @type {typeof import("#client").socketUrl} */
export function socketUrl({ url, channel }, token) {
  const result = new URL(url ?? "");
  if (token) result.searchParams.set("ws_token", token);
  if (channel) result.searchParams.set("channel", channel);
  return result.href;
}

/** @type {typeof import("#client").readConfig} */
export function readConfig(id = "websocket-config") {
  const block = document.getElementById(id);
  if (!block) {
    throw new Error(`No element has the id "${id}": add {% websocket_config %} to the template.`);
  }
  return JSON.parse(/** @type {string} */ (block.textContent));
}

/** @type {typeof import("#client").connect} */
export function connect({ configId, config = readConfig(configId), ...options } = {}) {
  const client = new WebSocketClient(config, options);
  client.open();
  return client;
}

/**
 * The delay in ms that a Retry-After header asks for, as seconds or as a date.
 *
 * @param {string | null} header
 * @param {number} now
 */
function parseRetryAfter(header, now) {
  const delay = Number(header) * 1000;
  return Math.max(0, Number.isNaN(delay) ? Date.parse(header ?? "") - now || 0 : delay);
}

/** @param {string} type @param {unknown} detail */
function newEvent(type, detail) {
  return new CustomEvent(type, { detail });
}

/**
 * What a frame holds: parsed JSON, or the text itself when it is something else.
 *
 * @param {string} text
 */
function decode(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * @param {object} fields
 * @throws {MessageTooLargeError}
 */
function encode(fields) {
  const text = JSON.stringify(fields);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MAX_MESSAGE_BYTES) throw new MessageTooLargeError(bytes);
  return text;
}

/**
 * @param {any} data
 * @returns {data is {message: string, connectionId: string, requestId: string}}
 */
function isGatewayError(data) {
  return (
    Object.keys(data).length === 3 &&
    [data.message, data.connectionId, data.requestId].every((value) => typeof value === "string")
  );
}

/**
 * A message on its way; it may not be sent after `expires`. Only a request has the other fields.
 *
 * @typedef {object} Message
 * @property {string} text
 * @property {number} expires
 * @property {string} [id]
 * @property {(data: any) => void} [resolve]
 * @property {(error: unknown) => void} [reject]
 */

/**
 * All states are entered through `#enter`. Events leave in the order of their causes, also when a
 * listener causes the next one, because `#emit` finishes one before it starts another.
 */
export class WebSocketClient extends EventTarget {
  #config;
  #options;
  /** @type {import("#client").State} */
  #state = State.IDLE;
  /** The one timer of the present state: connection timeout, next attempt or heartbeat. */
  #timer = /** @type {unknown} */ (undefined);
  /** Ends the present attempt or connection; what still arrives for it is then ignored. */
  #attempt = new AbortController();
  /** Ends listening to the page. */
  #page = new AbortController();
  /** @type {Socket | undefined} */
  #socket;
  #failures = 0;
  /** Before the first connection, no time is this far back. */
  #openedAt = -Infinity;
  /** When the server allows the next attempt. */
  #retryAt = 0;
  /** @type {string | undefined} */
  #serverCode;
  /** @type {Message[]} */
  #queue = [];
  /**
   * Requests that were sent and wait for their reply, by id.
   *
   * @type {Map<string | undefined, Message>}
   */
  #requests = new Map();
  #lastId = 0;
  /** @type {CustomEvent[]} */
  #events = [];

  /** @param {Config} config @param {Options} [options] */
  constructor(config, options) {
    super();
    if (!config.url) {
      throw new Error("The page has no WebSocket route: its config block holds no url.");
    }
    this.#config = config;
    this.#options = {
      ...DEFAULTS,
      window: globalThis,
      WebSocket: globalThis.WebSocket,
      ...options,
    };
  }

  get state() {
    return this.#state;
  }

  open() {
    if (this.#state === State.IDLE || this.#state === State.CLOSED) {
      this.#failures = 0;
      this.#watchPage();
    } else if (this.#state !== State.WAITING) return;
    this.#connect();
  }

  close(code = NORMAL_CLOSURE, reason = "") {
    if (this.#state === State.CLOSED) return;
    this.#socket?.close(code, reason);
    this.#end(State.CLOSED, code, reason);
  }

  /** @param {string} handler @param {object} [data] */
  send(handler, data = {}) {
    const text = this.#compose(handler, data);
    return this.#post({ text, expires: this.#options.now() + this.#options.queueTtl });
  }

  /**
   * @param {string} handler
   * @param {object} [data]
   * @param {RequestOptions} [options]
   * @returns {Promise<any>}
   */
  request(handler, data = {}, { timeout = 10_000, signal } = {}) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const id = `c${++this.#lastId}`;
      /** @param {(value: any) => void} settle */
      const finish = (settle) => (/** @type {unknown} */ value) => {
        this.#clear(timer);
        signal?.removeEventListener("abort", abort);
        this.#requests.delete(id);
        this.#queue = this.#queue.filter((message) => message.id !== id);
        settle(value);
      };
      const [succeed, fail] = [finish(resolve), finish(reject)];
      const abort = () => fail(signal?.reason);
      const text = this.#compose(handler, data, id);
      this.#post({ text, expires: Infinity, id, resolve: succeed, reject: fail });
      const timer = this.#after(timeout, () =>
        fail(new TimeoutError(`The reply to "${handler}"`, timeout)),
      );
      signal?.addEventListener("abort", abort);
    });
  }

  /**
   * @template {keyof ClientEventMap} Type
   * @param {Type} type
   * @param {(event: ClientEventMap[Type]) => void} listener
   */
  on(type, listener) {
    const callback = /** @type {EventListener} */ (listener);
    this.addEventListener(type, callback);
    return () => this.removeEventListener(type, callback);
  }

  /** @param {number} delay @param {() => void} callback */
  #after(delay, callback) {
    return this.#options.timers.setTimeout(callback, Math.min(delay, MAX_DELAY));
  }

  /** @param {unknown} timer */
  #clear(timer) {
    this.#options.timers.clearTimeout(timer);
  }

  /** @param {...CustomEvent} events */
  #emit(...events) {
    const dispatching = this.#events.length > 0;
    this.#events.push(...events);
    if (dispatching) return;
    for (const event of this.#events) this.dispatchEvent(event);
    this.#events = [];
  }

  /**
   * The one place where the state changes: the timer of the old state ends, that of the new one starts.
   *
   * @param {import("#client").State} state
   * @param {CustomEvent[]} events to follow the `state` event
   * @param {number} [delay] of the timer in ms
   * @param {() => void} [callback] of the timer; without it there is none
   */
  #enter(state, events, delay = 0, callback = undefined) {
    const previous = this.#state;
    this.#state = state;
    this.#clear(this.#timer);
    if (callback) this.#timer = this.#after(delay, callback);
    this.#emit(newEvent("state", { state, previous }), ...events);
  }

  /** A visible page does not wait for the timer when it is shown again or the network returns. */
  #watchPage() {
    const { window, now } = this.#options;
    this.#page = new AbortController();
    const wake = () => {
      const hidden = window.document?.hidden;
      if (this.#state === State.WAITING && !hidden && now() >= this.#retryAt) this.#connect();
    };
    for (const type of ["online", "pageshow", "visibilitychange"]) {
      window.addEventListener?.(type, wake, { signal: this.#page.signal });
    }
  }

  async #connect() {
    const { connectionTimeout, getToken = this.#fetchToken.bind(this) } = this.#options;
    this.#attempt = new AbortController();
    const { signal } = this.#attempt;
    this.#serverCode = undefined;
    this.#enter(State.CONNECTING, [], connectionTimeout, () =>
      this.#fail(new TimeoutError("Connecting", connectionTimeout)),
    );
    try {
      signal.throwIfAborted();
      const token = await getToken({ signal });
      signal.throwIfAborted();
      this.#openSocket(socketUrl(this.#config, token), signal);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  /** @param {{signal: AbortSignal}} context */
  async #fetchToken({ signal }) {
    const { tokenUrl, csrfToken, csrfHeaderName } = this.#config;
    if (!tokenUrl) return null;
    const response = await this.#options.fetch(tokenUrl, {
      method: "POST",
      credentials: "same-origin",
      headers: csrfToken && csrfHeaderName ? { [csrfHeaderName]: csrfToken } : {},
      signal,
    });
    const retryAfter = response.headers.get("Retry-After");
    if (response.status === 401 || (response.status === 403 && !retryAfter)) {
      throw new UnauthorizedError();
    }
    const token = response.ok && (await response.json())?.token;
    if (token) return token;
    throw new TokenError(response.status, parseRetryAfter(retryAfter, this.#options.now()));
  }

  /** @param {string} url @param {AbortSignal} signal */
  #openSocket(url, signal) {
    const socket = new this.#options.WebSocket(url);
    /** @param {(event: any) => void} listener */
    const current = (listener) => (/** @type {any} */ event) => signal.aborted || listener(event);
    socket.onopen = current(() => this.#opened(signal));
    socket.onmessage = current(({ data }) => this.#received(data));
    socket.onclose = current(({ code, reason }) => {
      const open = this.#state === State.OPEN;
      this.#fail(open ? undefined : new ConnectionLostError(code, reason), code, reason);
    });
    this.#socket = socket;
  }

  /** @param {AbortSignal} signal */
  #opened(signal) {
    const reconnected = this.#openedAt > -Infinity;
    this.#dropExpired();
    if (signal.aborted) return;
    this.#openedAt = this.#options.now();
    for (const message of this.#queue.splice(0)) this.#transmit(message);
    this.#enter(State.OPEN, [newEvent("open", { reconnected })]);
    this.#restartHeartbeat();
  }

  /**
   * An attempt or a connection came to nothing: try again later, unless the user may not connect.
   *
   * @param {any} error
   * @param {number} [code]
   * @param {string} [reason]
   */
  #fail(error, code = ABNORMAL_CLOSURE, reason = "") {
    if (error?.name === "UnauthorizedError") {
      this.#end(State.CLOSED, POLICY_VIOLATION, "unauthorized", error);
      return;
    }
    const { backoffBase, backoffCap, minUptime, random, now } = this.#options;
    const time = now();
    if (this.#state === State.OPEN && time - this.#openedAt >= minUptime) this.#failures = 0;
    const retryAfter = error?.retryAfter ?? 0;
    this.#retryAt = time + retryAfter;
    const delay = retryAfter + backoff(this.#failures++, backoffBase, backoffCap, random);
    this.#end(State.WAITING, code, reason, error, delay);
  }

  /**
   * Leave the present attempt or connection, for another one after `delay` ms or for good.
   *
   * @param {"waiting" | "closed"} state
   * @param {number} code
   * @param {string} reason
   * @param {unknown} [error]
   * @param {number} [delay]
   */
  #end(state, code, reason, error, delay) {
    const willReconnect = state === State.WAITING;
    /** @type {CloseDetail} */
    const detail = { code, reason, willReconnect, serverCode: this.#serverCode };
    const events = error ? [newEvent("error", error)] : [];
    if (this.#state === State.OPEN || !willReconnect) events.push(newEvent("close", detail));
    const stranded = [...this.#requests.values()];
    if (!willReconnect) {
      this.#page.abort();
      stranded.push(...this.#queue.splice(0));
    }
    this.#attempt.abort();
    this.#socket?.close();
    this.#socket = undefined;
    for (const { reject } of stranded) reject?.(new ConnectionLostError(code, reason));
    this.#enter(state, events, delay, willReconnect ? () => this.#connect() : undefined);
  }

  /** @param {string} text */
  #received(text) {
    this.#restartHeartbeat();
    if (!text || text === "{}") return;
    const data = decode(text);
    const fields = Object(data);
    if (typeof fields.ws === "string") this.#control(fields);
    else if (isGatewayError(fields)) this.#emit(newEvent("error", new GatewayError(fields)));
    else this.#emit(newEvent("message", data));
  }

  /**
   * Act on an envelope; one that this version does not know is ignored.
   *
   * @param {{ws: string, id?: string, data?: unknown, error?: {code: string, message?: string, fields?: Record<string, string[]>}, code?: string, reconnect?: boolean}} envelope
   */
  #control({ ws, id, data, error, code, reconnect }) {
    if (ws === "reply") {
      const request = this.#requests.get(id);
      if (error) request?.reject?.(new RequestError(error.code, error.message, error.fields));
      else request?.resolve?.(data);
    } else if (ws === "close") {
      this.#serverCode = code;
      if (reconnect === false) this.#end(State.CLOSED, NORMAL_CLOSURE, "");
    }
  }

  #restartHeartbeat() {
    if (this.#state !== State.OPEN) return;
    this.#clear(this.#timer);
    this.#timer = this.#after(this.#options.heartbeatInterval, () => {
      this.#socket?.send(encode({ action: this.#config.routeKey, ws: "ping" }));
      this.#restartHeartbeat();
    });
  }

  /** @param {string} handler @param {object} data @param {string} [id] */
  #compose(handler, data, id) {
    const reserved = RESERVED_NAMES.find((name) => name in data);
    if (reserved) throw new TypeError(`data may not use "${reserved}": the name is reserved.`);
    return encode({ action: this.#config.routeKey, handler, id, ...data });
  }

  /**
   * Send now, or queue for the next connection.
   *
   * @param {Message} message
   */
  #post(message) {
    this.#dropExpired();
    if (this.#state === State.OPEN && this.#socket?.readyState === SOCKET_OPEN) {
      this.#transmit(message);
      return true;
    }
    if (this.#state === State.CLOSED) {
      throw new ConnectionLostError(NORMAL_CLOSURE, "the client is closed");
    }
    const { maxQueue } = this.#options;
    if (this.#queue.length >= maxQueue) throw new QueueFullError(maxQueue);
    this.#queue.push(message);
    return false;
  }

  /** @param {Message} message */
  #transmit(message) {
    this.#socket?.send(message.text);
    if (message.id) this.#requests.set(message.id, message);
    this.#restartHeartbeat();
  }

  #dropExpired() {
    const now = this.#options.now();
    const expired = this.#queue.filter(({ expires }) => expires <= now);
    this.#queue = this.#queue.filter(({ expires }) => expires > now);
    this.#emit(...expired.map(() => newEvent("error", new MessageExpiredError())));
  }
}

if (typeof document !== "undefined") {
  globalThis.djangoWebSockets ??= {
    ConnectionLostError,
    GatewayError,
    MAX_MESSAGE_BYTES,
    MessageExpiredError,
    MessageTooLargeError,
    QueueFullError,
    RequestError,
    State,
    TimeoutError,
    TokenError,
    UnauthorizedError,
    WebSocketClient,
    WebSocketClientError,
    backoff,
    connect,
    readConfig,
    socketUrl,
  };
}
