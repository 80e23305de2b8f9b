/** One event: what is known of it, both bodies, and the command that asks again. */

import { curlCommand } from "./inspector-curl.js";
import { errorText, readEvent } from "./inspector-gateway.js";
import { titleOf } from "./inspector-model.js";
import { element, make } from "./inspector-page.js";
import { formatCut, formatDuration, formatTime, prettyBody } from "./inspector-texts.js";

/** @import {Asked, Detail, Part} from "./inspector-model.js" */
/** @import {Say} from "./inspector-note.js" */

const WITH_CONTENT = ["connect", "control", "delete", "get", "message", "post"];

export class EventDetail {
  #box = element("detail", HTMLElement);
  #title = element("detail-title", HTMLElement);
  #body = element("detail-body", HTMLElement);
  #copy = element("copy", HTMLButtonElement);
  /** @type {HTMLElement | null} */
  #chosen = null;
  #command = "";
  #say;

  /** @param {Say} say */
  constructor(say) {
    this.#say = say;
    this.#copy.addEventListener("click", () => void this.#copyCommand());
    element("close", HTMLButtonElement).addEventListener("click", () => this.#close());
    this.#box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        this.#close();
      }
    });
  }

  /** Show the event of a row. */
  async show(/** @type {HTMLElement} */ row) {
    try {
      const event = await readEvent(row.dataset.number);
      this.hide();
      this.#chosen = row;
      row.classList.add("chosen");
      this.#fill(event);
      this.#box.hidden = false;
      this.#box.scrollTop = 0;
      document.body.classList.add("with-detail");
      this.#box.focus();
    } catch (error) {
      this.#say(errorText(error));
    }
  }

  /** Show none. */
  hide() {
    this.#chosen?.classList.remove("chosen");
    this.#chosen = null;
    this.#box.hidden = true;
    document.body.classList.remove("with-detail");
  }

  #close() {
    const row = this.#chosen;
    this.hide();
    row?.querySelector("button")?.focus();
  }

  #fill(/** @type {Detail} */ event) {
    this.#title.textContent = titleOf(event);
    this.#command = curlCommand(event.asked);
    this.#copy.hidden = !this.#command;
    this.#body.replaceChildren(facts(event), ...contents(event), ...curlParts(this.#command));
  }

  /** Pages on an address of a network may not write to the clipboard: then the text is selected. */
  async #copyCommand() {
    try {
      await navigator.clipboard.writeText(this.#command);
      this.#say("The command is in the clipboard. Hidden values are yours to put in.");
    } catch {
      getSelection()?.selectAllChildren(element("curl", HTMLElement));
      this.#say("The command is selected: copy it.");
    }
  }
}

/** @param {Detail} event */
function facts(event) {
  const rows = {
    Time: formatTime(event.at),
    Status: event.status,
    Took: formatDuration(event.seconds),
    Size: event.size === undefined ? "" : `${event.size} bytes`,
    Connection: event.connection_id,
    Stage: [event.api_id, event.stage].filter(Boolean).join("/"),
    Note: event.detail,
  };
  const box = make("dl");
  for (const [name, value] of Object.entries(rows)) {
    if (value !== undefined && value !== "") {
      box.append(make("dt", name), make("dd", String(value)));
    }
  }
  return box;
}

/** @param {Detail} event */
function contents({ kind, asked, answered }) {
  const parts = [];
  if (asked) {
    parts.push(askedPart(asked));
  } else if (WITH_CONTENT.includes(kind)) {
    parts.push(make("p", "Its content was not kept.", "empty"));
  }
  if (answered) {
    const { status, own } = answered;
    parts.push(part(`Answer ${status}${own ? " of the gateway" : ""}`, answered));
  }
  return parts;
}

/** @param {Asked} asked */
function askedPart(asked) {
  const { method, url } = asked;
  const box = part(url ? "Request" : "Message", asked);
  if (url) {
    box.querySelector("h3")?.after(make("p", `${method} ${url}`, "url"));
  }
  return box;
}

/**
 * @param {string} title
 * @param {Part} content
 */
function part(title, content) {
  const { headers, body } = content;
  const box = make("section");
  const cut = formatCut(content);
  box.append(make("h3", title), ...(cut ? [make("p", cut, "empty")] : []));
  box.append(body ? make("pre", prettyBody(body)) : make("p", "No body.", "empty"));
  if (headers.length > 0) {
    const table = make("dl", "", "headers");
    for (const [name, value] of headers) {
      table.append(make("dt", name), make("dd", value, value === "***" ? "hidden-value" : ""));
    }
    box.append(table);
  }
  return box;
}

/** @param {string} command Empty when there is none. */
function curlParts(command) {
  if (!command) {
    return [];
  }
  const box = make("section");
  const text = make("pre", command);
  text.id = "curl";
  box.append(make("h3", "As curl"), text);
  return [box];
}
