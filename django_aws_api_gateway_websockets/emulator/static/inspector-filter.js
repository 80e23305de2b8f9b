/** Filters of events: words that somebody types, and whether only failures count. */

import { isFailure, kindOf, routeOf } from "./inspector-model.js";

/** @import {GatewayEvent} from "./inspector-model.js" */

/** @typedef {{wanted: string[], unwanted: string[], failures: boolean}} Filter */

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
