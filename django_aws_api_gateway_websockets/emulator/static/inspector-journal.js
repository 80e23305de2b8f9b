/** What the page remembers of the traffic. */

import { matches, parseFilter } from "./inspector-filter.js";

/** @import {GatewayEvent} from "./inspector-model.js" */

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
