/** What the inspector's page knows, without a document: filters, texts, and curl commands. */

/**
 * @typedef {object} GatewayEvent
 * @property {number} number
 * @property {string} kind
 * @property {number} at Seconds since the epoch.
 * @property {string} [api_id]
 * @property {string} [stage]
 * @property {string} [connection_id]
 * @property {string} [route_key]
 * @property {number} [status]
 * @property {number} [size]
 * @property {number} [seconds]
 * @property {string} [detail]
 * @property {string} [said]
 */

/** @typedef {[name: string, value: string][]} Headers */

/** @typedef {{headers: Headers, body: string, size: number, kept: number}} Part */

/** @typedef {Part & {method: string, url: string}} Asked */

/** @typedef {Part & {status: number, own: boolean}} Answered */

/** @typedef {GatewayEvent & {asked: Asked | null, answered: Answered | null}} Detail */

/** @typedef {{wanted: string[], unwanted: string[], failures: boolean}} Filter */

const QUIET_CLOSE_CODES = [1000, 1001, 1005];
const LEFT_TO_CURL = ["accept-encoding", "content-length", "expect", "transfer-encoding"];
const PRETTY_MAX_CHARS = 200_000;
const ARGUMENT_MAX_CHARS = 30_000;
const STRING = /"(?:[^"\\]|\\.)*"/g;
const CONTROL = /[^\P{Cc}\n]/gu;

/**
 * Read what somebody has typed: words, of which those after a minus must not occur.
 *
 * @param {string} text
 * @param {boolean} failures Whether only failures count.
 * @returns {Filter}
 */
export function parseFilter(text, failures = false) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return {
    wanted: words.filter((word) => !word.startsWith("-")),
    unwanted: words.filter((word) => /^-./.test(word)).map((word) => word.slice(1)),
    failures,
  };
}

/**
 * @param {Filter} filter
 * @param {GatewayEvent} event
 */
export function matches(filter, event) {
  if (filter.failures && !isFailure(event)) {
    return false;
  }
  if (filter.wanted.length + filter.unwanted.length === 0) {
    return true;
  }
  const text = searchable(event);
  return (
    filter.wanted.every((word) => text.includes(word)) &&
    !filter.unwanted.some((word) => text.includes(word))
  );
}

/** @param {GatewayEvent} event */
function searchable(event) {
  const { status, connection_id, api_id, stage, detail, said } = event;
  const names = [kindOf(event), routeOf(event), connection_id, api_id, stage];
  return [...names, status, detail, said].join(" ").toLowerCase();
}

/**
 * Tell whether an event went wrong: an error, or a close code that says so.
 *
 * @param {GatewayEvent} event
 */
export function isFailure({ kind, status, route_key }) {
  if (kind === "error") {
    return true;
  }
  if (kind === "disconnect" && !route_key) {
    return status !== undefined && !QUIET_CLOSE_CODES.includes(status);
  }
  return status === undefined ? route_key === "$disconnect" : status >= 400;
}

/**
 * Say what an event is, in a word.
 *
 * @param {GatewayEvent} event
 */
export function kindOf({ kind, route_key }) {
  return kind === "disconnect" && !route_key ? "closed" : kind;
}

/**
 * Return the key of the route that an event belongs to, or nothing.
 *
 * @param {GatewayEvent} event
 */
export function routeOf({ kind, route_key, api_id }) {
  return route_key ?? (kind === "connect" && api_id ? "$connect" : "");
}

/**
 * Say what an event is, and of what.
 *
 * @param {GatewayEvent} event
 */
export function titleOf(event) {
  const subject = event.kind === "control" ? event.detail : routeOf(event);
  return [kindOf(event), subject].filter(Boolean).join(" ");
}

/** @param {number | undefined} seconds */
export function formatDuration(seconds) {
  if (seconds === undefined) {
    return "";
  }
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

/** @param {number} seconds */
export function formatAge(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) {
    return `${whole} s`;
  }
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @param {number} at Seconds since the epoch. */
export function formatTime(at) {
  const time = new Date(at * 1000);
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  const clock = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return `${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/**
 * Say how much of a body there is, if not all of it was kept.
 *
 * @param {Part} part
 */
export function formatCut({ size, kept }) {
  const [first, all] = [kept, size].map((bytes) => bytes.toLocaleString("en"));
  return size > kept ? `The first ${first} of ${all} bytes:` : "";
}

/**
 * Indent a body if it is JSON, else leave it alone; so too if it has numbers that would be rounded.
 *
 * @param {string} body
 */
export function prettyBody(body) {
  if (!/^\s*[[{]/.test(body) || body.length > PRETTY_MAX_CHARS) {
    return body;
  }
  if (/\d{16}/.test(body.replace(STRING, ""))) {
    return body;
  }
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/**
 * Return the command that sends a request again, for a POSIX shell; empty when none was sent.
 *
 * Secrets stay hidden: whoever runs it puts them in.
 *
 * @param {Asked | null} asked
 */
export function curlCommand(asked) {
  if (!asked?.url) {
    return "";
  }
  const { method, url, headers, body } = asked;
  const command = [
    `curl -i -g -X ${quote(method)} ${quote(url)}`,
    ...headersForCurl(asked).map(
      ([name, value]) => `-H ${quote(value ? `${name}: ${value}` : `${name};`)}`,
    ),
  ];
  if (body && !headers.some(([name]) => name.toLowerCase() === "content-type")) {
    command.push("-H Content-Type:");
  }
  if (!body) {
    return lines(command);
  }
  if (body.length > ARGUMENT_MAX_CHARS || body.search(CONTROL) !== -1) {
    return `printf %b ${inQuotes(escapeBody(body))} | \\\n${lines([...command, "--data-binary @-"])}`;
  }
  return lines([...command, `--data-raw ${inQuotes(body)}`]);
}

const lines = (/** @type {string[]} */ parts) => parts.join(" \\\n  ");

/**
 * Return the headers that curl would not send by itself.
 *
 * @param {Asked} asked
 */
function headersForCurl({ url, headers }) {
  const host = /^\w+:\/\/(?:[^/?#@]*@)?([^/?#]*)/.exec(url)?.[1];
  return headers.filter(([name, value]) => {
    switch (name.toLowerCase()) {
      case "host":
        return value !== host;
      case "connection":
        return /upgrade/i.test(value);
      default:
        return !LEFT_TO_CURL.includes(name.toLowerCase());
    }
  });
}

/**
 * Return a body for `printf %b`: a terminal obeys control characters even where quotes hold them.
 *
 * @param {string} body
 */
function escapeBody(body) {
  const octal = (/** @type {number} */ byte) => `\\0${byte.toString(8).padStart(3, "0")}`;
  return body
    .replaceAll("\\", "\\\\")
    .replace(CONTROL, (char) => [...new TextEncoder().encode(char)].map(octal).join(""));
}

/**
 * Return a text as one word of a POSIX shell, without what a terminal would obey.
 *
 * @param {string} text
 */
export function quote(text) {
  const shown = text.replace(CONTROL, "?");
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : inQuotes(shown);
}

const inQuotes = (/** @type {string} */ text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The latest events, of which there are never too many, and which of them are still to be shown. */
export class Journal {
  /** @param {{most?: number, mostShown?: number}} [options] */
  constructor({ most = 2_000, mostShown = 300 } = {}) {
    this.most = most;
    this.mostShown = mostShown;
    this.filter = parseFilter("");
    this.paused = false;
    /** @type {GatewayEvent[]} */
    this.events = [];
    /** @type {GatewayEvent[]} */
    this.pending = [];
    /** How many have come since the pause began. */
    this.held = 0;
  }

  /**
   * Take what has happened, oldest first.
   *
   * @param {GatewayEvent[]} events
   */
  take(events) {
    this.events = this.events.concat(events).slice(-this.most);
    if (this.paused) {
      this.held += events.length;
    } else {
      this.#await(events);
    }
  }

  /** Show no more, or go on: then all that has come meanwhile is to be shown. */
  setPaused(/** @type {boolean} */ paused) {
    this.paused = paused;
    this.held = 0;
  }

  /** Forget everything. */
  clear() {
    this.events = [];
    this.pending = [];
    this.held = 0;
  }

  /** Begin again: everything that fits the filter is to be shown. */
  restart() {
    this.pending = [];
    this.#await(this.events);
  }

  /**
   * Return the events to show next, oldest first, and no more than a frame has time for.
   *
   * @param {number} most
   */
  next(most) {
    return this.pending.splice(0, most);
  }

  /** Those that would be pushed out before they are seen are left out. */
  #await(/** @type {GatewayEvent[]} */ events) {
    const fitting = events.filter((event) => matches(this.filter, event));
    this.pending = this.pending.concat(fitting).slice(-this.mostShown);
  }
}
