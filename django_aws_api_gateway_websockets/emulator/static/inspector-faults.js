/** The list of faults: what can go wrong, and what does. */

import { clearFault, errorText, listFaults, setFault } from "./inspector-gateway.js";
import { element, stamp } from "./inspector-page.js";

/** @import {Faults, KnownFault} from "./inspector-gateway.js" */
/** @import {Stamped} from "./inspector-page.js" */

/** @typedef {{row: Stamped, value: HTMLInputElement, once: boolean}} FaultRow */

export class FaultList {
  #list = element("faults", HTMLUListElement);
  #badge = element("faults-set", HTMLElement);
  /** @type {Map<string, FaultRow>} */
  #rows = new Map();

  /** Ask once what can go wrong. */
  async load() {
    if (this.#rows.size > 0) {
      return;
    }
    const { known } = await listFaults();
    for (const [name, fault] of Object.entries(known)) {
      const made = faultRow(name, fault);
      made.row.part("flip").addEventListener("click", () => void this.#flip(name, made));
      this.#rows.set(name, made);
    }
    this.#list.replaceChildren(...[...this.#rows.values()].map(({ row }) => row.root));
  }

  /** Show which are on. */
  show(/** @type {Faults} */ faults) {
    const count = Object.keys(faults).length;
    this.#badge.textContent = `${count} on`;
    this.#badge.hidden = count === 0;
    for (const [name, row] of this.#rows) {
      showFault(name, row, faults[name]);
    }
  }

  /**
   * @param {string} name
   * @param {FaultRow} row
   */
  async #flip(name, { row, value }) {
    const problem = row.part("problem");
    try {
      const { faults } = row.root.classList.contains("set")
        ? await clearFault(name)
        : await setFault(name, value.value.trim());
      problem.hidden = true;
      this.show(faults);
    } catch (error) {
      problem.textContent = errorText(error);
      problem.hidden = false;
      problem.scrollIntoView({ block: "nearest" });
    }
  }
}

/**
 * @param {string} name
 * @param {KnownFault} fault
 * @returns {FaultRow}
 */
function faultRow(name, { takes, does, once }) {
  const row = stamp("fault-row");
  const value = /** @type {HTMLInputElement} */ (row.part("value"));
  value.placeholder = takes.replace(/.*(?=such as )/, "");
  value.title = `${name} takes ${takes}`;
  value.hidden = takes === "no value";
  row.part("name").textContent = name;
  row.part("does").textContent = does;
  return { row, value, once };
}

/**
 * @param {string} name
 * @param {FaultRow} row
 * @param {string} [setting] What it is set to, if it is on.
 */
function showFault(name, { row, value, once }, setting) {
  const isSet = setting !== undefined;
  if (isSet && document.activeElement !== value) {
    value.value = setting;
  }
  const flipper = row.part("flip");
  flipper.textContent = once ? "Do it" : isSet ? "Switch off" : "Switch on";
  flipper.setAttribute("aria-label", `${flipper.textContent}: ${name}`);
  row.root.classList.toggle("set", isSet);
}
