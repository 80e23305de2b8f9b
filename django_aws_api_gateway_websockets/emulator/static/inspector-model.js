/** What the gateway tells of an event, and what that is in a word. */

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

const QUIET_CLOSE_CODES = [1000, 1001, 1005];

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
