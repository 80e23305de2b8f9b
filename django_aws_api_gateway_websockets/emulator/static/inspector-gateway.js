/** What the page asks of the gateway, by paths below its own. */

/** @import {Detail, GatewayEvent} from "./inspector-model.js" */

/**
 * @typedef {object} Connection
 * @property {string} id
 * @property {string} api_id
 * @property {string} stage
 * @property {string} state
 * @property {string} source_ip
 * @property {string} user_agent
 * @property {number} connected_at
 * @property {number} last_active_at
 */

/** @typedef {Record<string, string>} Faults */

/** @typedef {{takes: string, does: string, once: boolean}} KnownFault */

/**
 * @typedef {object} News
 * @property {string} run
 * @property {number} now
 * @property {number} last
 * @property {GatewayEvent[]} events
 * @property {number} connected
 * @property {Connection[]} connections
 * @property {Faults} faults
 */

/**
 * Return what has happened since an event, and how things are.
 *
 * @param {number} number
 * @returns {Promise<News>}
 */
export const newsSince = (number) => ask(`inspector/since/${number}`);

/**
 * Return an event with its content.
 *
 * @param {string | undefined} number
 * @returns {Promise<Detail>}
 */
export const readEvent = (number) => ask(`inspector/events/${number}`);

/**
 * Send a text to a connection.
 *
 * @param {string} id
 * @param {string} text
 */
export const sendMessage = (id, text) => ask(connectionPath(id), { method: "POST", body: text });

/** Cut a connection. */
export const cutConnection = (/** @type {string} */ id) =>
  ask(connectionPath(id), { method: "DELETE" });

/**
 * Return what can go wrong.
 *
 * @returns {Promise<{known: Record<string, KnownFault>}>}
 */
export const listFaults = () => ask("faults");

/**
 * Switch a fault on, or let it happen if it happens once.
 *
 * @param {string} name
 * @param {string} value
 * @returns {Promise<{faults: Faults}>}
 */
export const setFault = (name, value) =>
  ask(`faults/${name}`, { method: "PUT", body: JSON.stringify({ value }) });

/**
 * Switch a fault off.
 *
 * @param {string} name
 * @returns {Promise<{faults: Faults}>}
 */
export const clearFault = (name) => ask(`faults/${name}`, { method: "DELETE" });

export const errorText = (/** @type {unknown} */ error) =>
  error instanceof Error ? error.message : String(error);

const connectionPath = (/** @type {string} */ id) =>
  `inspector/connections/${encodeURIComponent(id)}`;

/**
 * @param {string} path
 * @param {RequestInit} [options]
 */
async function ask(path, options = {}) {
  const answer = await fetch(path, { ...options, cache: "no-store" });
  const document = await answer.json();
  if (!answer.ok) {
    throw new Error(document.message ?? `The gateway answered ${answer.status}.`);
  }
  return document;
}
