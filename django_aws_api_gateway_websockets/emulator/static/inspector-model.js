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

/** @typedef {{method: string, url: string, headers: Headers, body: string}} Asked */

/** @typedef {{status: number, headers: Headers, body: string}} Answered */

/** @typedef {GatewayEvent & {asked: Asked | null, answered: Answered | null}} Detail */

/** @typedef {{wanted: string[], unwanted: string[], failures: boolean}} Filter */

const QUIET_CLOSE_CODES = [1000, 1001, 1005];
const LEFT_TO_CURL = ["accept-encoding", "connection", "content-length", "host"];
const PRETTY_MAX_CHARS = 200_000;

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
 * Indent a body if it is JSON, else leave it alone.
 *
 * @param {string} body
 */
export function prettyBody(body) {
  if (!/^\s*[[{]/.test(body) || body.length > PRETTY_MAX_CHARS) {
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
  const headers = asked.headers.filter(([name]) => !LEFT_TO_CURL.includes(name.toLowerCase()));
  const parts = [
    `curl -i -g -X ${quote(asked.method)} ${quote(asked.url)}`,
    ...headers.map(([name, value]) => `-H ${quote(value ? `${name}: ${value}` : `${name};`)}`),
  ];
  if (asked.body) {
    parts.push(`--data-raw ${quote(asked.body)}`);
  }
  return parts.join(" \\\n  ");
}

/**
 * Return a text as one word of a POSIX shell.
 *
 * @param {string} text
 */
export function quote(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

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
