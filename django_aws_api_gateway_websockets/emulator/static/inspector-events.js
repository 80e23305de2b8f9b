/** The list of events: a few more in each frame, those that fit the filter, until a pause. */

import { parseFilter } from "./inspector-filter.js";
import { Journal } from "./inspector-journal.js";
import { isFailure, kindOf, routeOf } from "./inspector-model.js";
import { element, stamp } from "./inspector-page.js";
import { formatDuration, formatTime } from "./inspector-texts.js";

/** @import {GatewayEvent} from "./inspector-model.js" */

const ROWS_PER_FRAME = 40;

export class EventList {
  #journal = new Journal();
  #list = element("events", HTMLOListElement);
  #nothing = element("nothing", HTMLElement);
  #filter = element("filter", HTMLInputElement);
  #failures = element("failures", HTMLInputElement);
  #pause = element("pause", HTMLButtonElement);
  #framed = false;

  /** @param {(row: HTMLElement) => void} open What is done with a row that somebody clicks. */
  constructor(open) {
    this.#filter.addEventListener("input", () => this.#refill());
    this.#failures.addEventListener("change", () => this.#refill());
    this.#pause.addEventListener("click", () => this.#togglePause());
    element("clear", HTMLButtonElement).addEventListener("click", () => {
      this.clear();
      this.#schedule();
    });
    this.#list.addEventListener("click", (event) => {
      const row = rowOf(event);
      if (row) {
        open(row);
      }
    });
    this.#list.addEventListener("keydown", moveFocus);
  }

  /**
   * Take what has happened, oldest first.
   *
   * @param {GatewayEvent[]} events
   */
  take(events) {
    this.#journal.take(events);
    this.#schedule();
  }

  /** Forget everything. */
  clear() {
    this.#journal.clear();
    this.#list.replaceChildren();
  }

  /** Filter by a text, or no more if that is the filter. */
  toggleFilter(/** @type {string} */ text) {
    this.#filter.value = this.#filter.value === text ? "" : text;
    this.#refill();
  }

  #togglePause() {
    this.#journal.setPaused(!this.#journal.paused);
    this.#pause.setAttribute("aria-pressed", String(this.#journal.paused));
    if (!this.#journal.paused) {
      this.#refill();
    }
    this.#schedule();
  }

  #refill() {
    this.#journal.filter = parseFilter(this.#filter.value, this.#failures.checked);
    this.#list.replaceChildren();
    this.#journal.restart();
    this.#schedule();
  }

  #schedule() {
    if (!this.#framed) {
      this.#framed = true;
      requestAnimationFrame(() => this.#render());
    }
  }

  /** Show some of the events that wait, and the rest in the frames after this one. */
  #render() {
    this.#framed = false;
    const rows = this.#journal.next(ROWS_PER_FRAME).map(eventRow).reverse();
    this.#list.prepend(...rows);
    while (this.#list.childElementCount > this.#journal.mostShown) {
      this.#list.lastElementChild?.remove();
    }
    this.#renderTexts();
    if (this.#journal.pending.length > 0) {
      this.#schedule();
    }
  }

  #renderTexts() {
    const { events, held, paused } = this.#journal;
    this.#nothing.hidden = this.#list.childElementCount > 0;
    this.#nothing.textContent =
      events.length > 0
        ? "No event fits the filter."
        : "No events yet. Open a page that connects to this gateway.";
    this.#pause.textContent = paused ? `Resume (${held} new)` : "Pause";
  }
}

/** @param {GatewayEvent} event */
function eventRow(event) {
  const { root, part } = stamp("event-row");
  const status = event.status === undefined ? "" : String(event.status);
  part("time").textContent = formatTime(event.at);
  part("kind").textContent = kindOf(event);
  part("kind").dataset.kind = kindOf(event);
  part("route").textContent = routeOf(event);
  part("status").textContent = status;
  part("took").textContent = formatDuration(event.seconds);
  part("who").textContent = event.connection_id ?? "";
  part("said").textContent = [event.detail, event.said].filter(Boolean).join("  ");
  root.classList.toggle("failure", isFailure(event));
  root.dataset.number = String(event.number);
  return root;
}

/** Go to the row above or below. */
function moveFocus(/** @type {KeyboardEvent} */ event) {
  const row = rowOf(event);
  const next = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling };
  const button = next[/** @type {keyof typeof next} */ (event.key)]?.querySelector("button");
  if (button) {
    event.preventDefault();
    button.focus();
  }
}

const rowOf = (/** @type {Event} */ { target }) =>
  target instanceof Element ? target.closest("li") : null;
