/** The list of connections, and what can be done to each. */

import { cutConnection, errorText } from "./inspector-gateway.js";
import { element, stamp } from "./inspector-page.js";
import { formatAge } from "./inspector-texts.js";

/** @import {Connection, News} from "./inspector-gateway.js" */
/** @import {Say} from "./inspector-note.js" */
/** @import {Stamped} from "./inspector-page.js" */

/** @typedef {(id: string) => void} Act */

const NARROW = "(max-width: 760px)";

export class ConnectionList {
  #list = element("connections", HTMLUListElement);
  #count = element("connected", HTMLElement);
  #nobody = element("nobody", HTMLElement);
  #others = element("others", HTMLElement);
  /** @type {Map<string, Stamped>} */
  #rows = new Map();
  #say;
  #acts;

  /**
   * @param {Say} say
   * @param {{pick: Act, send: Act}} acts What else is done to a connection.
   */
  constructor(say, acts) {
    this.#say = say;
    this.#acts = acts;
    element("connections-box", HTMLDetailsElement).open = !matchMedia(NARROW).matches;
  }

  /** Allow acts, or none while there is nobody to do them to. */
  setLive(/** @type {boolean} */ live) {
    this.#list.inert = !live;
  }

  /** @param {News} news */
  show({ connections, connected, now }) {
    this.#count.textContent = String(connected);
    this.#nobody.hidden = connected > 0;
    this.#others.hidden = connected <= connections.length;
    this.#others.textContent = `${connected - connections.length} older ones are not listed.`;
    this.#removeAllBut(new Set(connections.map(({ id }) => id)));
    for (const connection of [...connections].reverse()) {
      this.#showOne(connection, now);
    }
  }

  #removeAllBut(/** @type {Set<string>} */ ids) {
    for (const [id, { root }] of this.#rows) {
      if (!ids.has(id)) {
        root.remove();
        this.#rows.delete(id);
      }
    }
  }

  /**
   * @param {Connection} connection
   * @param {number} now
   */
  #showOne(connection, now) {
    let row = this.#rows.get(connection.id);
    if (!row) {
      row = this.#newRow(connection);
      this.#rows.set(connection.id, row);
      this.#list.prepend(row.root);
    }
    const age = formatAge(now - connection.connected_at);
    const idle = formatAge(now - connection.last_active_at);
    row.part("ages").textContent =
      connection.state === "open" ? `${age} old, idle ${idle}` : connection.state;
    row.root.dataset.state = connection.state;
  }

  /** @param {Connection} connection */
  #newRow({ id, api_id, stage, source_ip, user_agent }) {
    const row = stamp("connection-row");
    row.part("id").textContent = id;
    row.part("id").addEventListener("click", () => this.#acts.pick(id));
    row.part("where").textContent = `${api_id}/${stage}`;
    row.part("where").title = [source_ip, user_agent].join(" ");
    row.part("send").addEventListener("click", () => this.#acts.send(id));
    row.part("cut").addEventListener("click", () => void this.#cut(id));
    return row;
  }

  async #cut(/** @type {string} */ id) {
    try {
      await cutConnection(id);
      this.#say("The connection is cut.");
    } catch (error) {
      this.#say(errorText(error));
    }
  }
}
