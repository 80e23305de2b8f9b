/** What `{% websocket_config %}` writes into the page. */
export interface Config {
  /** Socket URL without a query; null when the page has no WebSocket route. */
  url: string | null;
  /** Where to POST for a token before each attempt; without it no token is fetched. */
  tokenUrl?: string | null;
  /** Channel to join; empty for none. */
  channel?: string | null;
  /** Route key that every message carries as `action`. */
  routeKey: string;
  csrfToken?: string | null;
  csrfHeaderName?: string | null;
}

/** What the client needs of a timer source; the default is the global one. */
export interface Timers {
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** What the client needs of a socket; the browser's `WebSocket` has it. */
export interface Socket {
  readonly readyState: number;
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** Where the page's `online`, `pageshow` and `visibilitychange` events arrive. */
export interface PageEvents {
  addEventListener?(
    type: string,
    listener: (event: Event) => void,
    options: { signal: AbortSignal },
  ): void;
  readonly document?: { readonly hidden: boolean };
}

export interface Options {
  /** Replaces the token request. Throw `UnauthorizedError` to stop for good; any other error is retried. */
  getToken?: (context: { signal: AbortSignal }) => Promise<string | null | undefined>;
  /** Width in ms of the first random reconnect delay; doubled per failure. Default 500. */
  backoffBase?: number;
  /** Largest width in ms of the random reconnect delay. Default 20,000. */
  backoffCap?: number;
  /** How long in ms a connection must last before the delays start afresh. Default 5,000. */
  minUptime?: number;
  /** Time in ms for token and handshake together. Default 10,000. */
  connectionTimeout?: number;
  /** Quiet time in ms before a ping keeps the connection from idling out. Default 540,000. */
  heartbeatInterval?: number;
  /** The most messages kept while there is no connection. Default 100. */
  maxQueue?: number;
  /** How long in ms a message may wait for a connection. Default 30,000. */
  queueTtl?: number;
  WebSocket?: new (url: string) => Socket;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  timers?: Timers;
  /** A number in [0, 1). */
  random?: () => number;
  /** The time in ms. */
  now?: () => number;
  window?: PageEvents;
}

export interface ConnectOptions extends Options {
  /** Id of the config block to read. Default `websocket-config`. */
  configId?: string;
  /** Used in place of a config block. */
  config?: Config;
}

export interface RequestOptions {
  /** Time in ms for the reply, waiting for a connection included. Default 10,000. */
  timeout?: number;
  /** Gives up waiting; a message that has left is not recalled. */
  signal?: AbortSignal;
}

export const State: Readonly<{
  /** Never opened. */
  IDLE: "idle";
  /** Fetching a token or shaking hands. */
  CONNECTING: "connecting";
  OPEN: "open";
  /** Between two attempts. */
  WAITING: "waiting";
  /** Over, until `open()` is called. */
  CLOSED: "closed";
}>;
export type State = (typeof State)[keyof typeof State];

/** The largest message in UTF-8 bytes: API Gateway closes a connection that sends a larger frame. */
export const MAX_MESSAGE_BYTES: 32768;

export interface OpenDetail {
  /** Whether an earlier connection of this client was open: messages may have been missed. */
  reconnected: boolean;
}

export interface CloseDetail {
  /** WebSocket close code. */
  code: number;
  reason: string;
  /** False when the client has stopped for good. */
  willReconnect: boolean;
  /** Why the server ended the connection, when it said so. */
  serverCode?: string;
}

export interface StateDetail {
  state: State;
  previous: State;
}

export interface ClientEventMap<Message = any> {
  /** The connection is up, and what was queued has been sent. */
  open: CustomEvent<OpenDetail>;
  /** An open connection ended, or the client stopped for good. */
  close: CustomEvent<CloseDetail>;
  /** A plain message: its parsed JSON, or its text when it is not JSON. */
  message: CustomEvent<Message>;
  state: CustomEvent<StateDetail>;
  /** An attempt failed, a queued message was dropped, or the gateway reported a failure. */
  error: CustomEvent<Error>;
}

/** What all errors of this module derive from. */
export class WebSocketClientError extends Error {}
/** The user may not connect: the client stops. */
export class UnauthorizedError extends WebSocketClientError {
  constructor(message?: string);
}
/** The token request failed; it will be tried again, `retryAfter` ms from now at the earliest. */
export class TokenError extends WebSocketClientError {
  constructor(status: number, retryAfter?: number);
  readonly status: number;
  readonly retryAfter: number;
}
/** Token and handshake, or a reply, took too long. */
export class TimeoutError extends WebSocketClientError {
  constructor(what: string, timeout: number);
}
/** The connection was refused, was lost before the reply came, or is closed for good. */
export class ConnectionLostError extends WebSocketClientError {
  constructor(code: number, reason?: string);
  readonly code: number;
  readonly reason: string;
}
/** The handler answered a request with an error. */
export class RequestError extends WebSocketClientError {
  constructor(code: string, message?: string, fields?: Record<string, string[]>);
  readonly code: string;
  /** What is wrong with each part of the message, with `invalid_message`; else empty. */
  readonly fields: { readonly [name: string]: readonly string[] | undefined };
}
/** A message is over `MAX_MESSAGE_BYTES`; nothing was sent. */
export class MessageTooLargeError extends WebSocketClientError {
  constructor(bytes: number);
  readonly bytes: number;
}
/** Too many messages wait for a connection; this one was not queued. */
export class QueueFullError extends WebSocketClientError {
  constructor(limit: number);
}
/** A queued message waited too long for a connection and was dropped. */
export class MessageExpiredError extends WebSocketClientError {
  constructor();
}
/** API Gateway itself answered a message with an error, such as "Internal server error". */
export class GatewayError extends WebSocketClientError {
  constructor(frame: { message: string; connectionId: string; requestId: string });
  readonly connectionId: string;
  readonly requestId: string;
}

/** One connection to the server that is opened again for as long as it is wanted. */
export class WebSocketClient<Message = any> extends EventTarget {
  /** Throws when `config.url` is null: the page has no WebSocket route. */
  constructor(config: Config, options?: Options);

  readonly state: State;

  /** Connect, at once when waiting; nothing happens when connecting or open. */
  open(): void;

  /**
   * Stop for good: pending requests are rejected and queued messages are dropped.
   * The code is 1000 or 3000 to 4999.
   */
  close(code?: number, reason?: string): void;

  /**
   * Send a message to a handler. True when it left, false when it is queued for the next connection.
   * Throws `MessageTooLargeError`, `QueueFullError`, `ConnectionLostError` when closed, and
   * `TypeError` when data uses one of the reserved names action, handler, id and ws.
   */
  send(handler: string, data?: object): boolean;

  /**
   * Send a message to a handler and wait for what it returns. Rejects with `RequestError`,
   * `TimeoutError`, `ConnectionLostError`, the signal's reason, or what `send` throws.
   */
  request<Reply = any>(handler: string, data?: object, options?: RequestOptions): Promise<Reply>;

  /** Listen to an event; call what is returned to stop. */
  on<Type extends keyof ClientEventMap>(
    type: Type,
    listener: (event: ClientEventMap<Message>[Type]) => void,
  ): () => void;

  addEventListener<Type extends keyof ClientEventMap>(
    type: Type,
    listener: (event: ClientEventMap<Message>[Type]) => void,
    options?: AddEventListenerOptions | boolean,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void;
}

/**
 * Connect the page: read its config block, create a client and open it. The client is then already
 * connecting; listeners added in the same task miss none of the later events.
 */
export function connect<Message = any>(options?: ConnectOptions): WebSocketClient<Message>;

/** The content of a config block. Throws when the page has none of that id. */
export function readConfig(id?: string): Config;

/** A random delay in ms below `base * 2 ** failures`, itself at most `cap` ("full jitter"). */
export function backoff(failures: number, base: number, cap: number, random?: () => number): number;

/** The URL that a socket opens. Throws when `config.url` is no absolute URL. */
export function socketUrl(config: Config, token?: string | null): string;

declare global {
  /** The exports of this module, for scripts that cannot import it. */
  var djangoWebSockets: typeof import("./client.js");
}
