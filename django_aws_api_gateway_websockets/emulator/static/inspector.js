/** The inspector's page: asks the gateway what has happened, and shows it. All text is `textContent`. */

import { curlCommand } from "./inspector-curl.js";
import { parseFilter } from "./inspector-filter.js";
import { Journal } from "./inspector-journal.js";
import { isFailure, kindOf, routeOf, titleOf } from "./inspector-model.js";
import { formatAge, formatCut, formatDuration, formatTime, prettyBody } from "./inspector-texts.js";

/** @import {Asked, Detail, GatewayEvent, Part} from "./inspector-model.js" */

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

/**
 * @typedef {object} News
 * @property {string} run
 * @property {number} now
 * @property {number} last
 * @property {GatewayEvent[]} events
 * @property {number} connected
 * @property {Connection[]} connections
 * @property {Record<string, string>} faults
 */

/** @typedef {Record<string, {takes: string, does: string, once: boolean}>} KnownFaults */

const POLL_MILLISECONDS = 300;
const RETRY_MILLISECONDS = 2_000;
const ROWS_PER_FRAME = 40;
const NOTE_MILLISECONDS = 4_000;
const WITH_CONTENT = ["connect", "control", "delete", "get", "message", "post"];
const NARROW = "(max-width: 760px)";

/**
 * @template {typeof HTMLElement} T
 * @param {string} id
 * @param {T} type
 */
function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) {
    throw new Error(`The page has no #${id}.`);
  }
  return /** @type {InstanceType<T>} */ (found);
}

/**
 * Return a copy of the only child of a template, and its descendants by class.
 *
 * @param {string} id
 */
function stamp(id) {
  const { content } = element(id, HTMLTemplateElement);
  const root = /** @type {HTMLLIElement} */ (content.firstElementChild?.cloneNode(true));
  const part = (/** @type {string} */ name) =>
    /** @type {HTMLElement} */ (root.querySelector(`.${name}`));
  return { root, part };
}

/**
 * @param {string} tag
 * @param {string} [text]
 * @param {string} [className]
 */
function make(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

/**
 * Ask the gateway.
 *
 * @param {string} path Below the page's own.
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

const errorText = (/** @type {unknown} */ error) =>
  error instanceof Error ? error.message : String(error);

const note = element("note", HTMLElement);
/** @type {ReturnType<typeof setTimeout> | undefined} */
let noteTimer;

/** Say something for a moment. */
function say(/** @type {string} */ text) {
  note.textContent = text;
  note.hidden = false;
  clearTimeout(noteTimer);
  noteTimer = setTimeout(() => {
    note.hidden = true;
  }, NOTE_MILLISECONDS);
}

// The list of events.

const journal = new Journal();
const list = element("events", HTMLOListElement);
const nothing = element("nothing", HTMLElement);
const filter = element("filter", HTMLInputElement);
const failures = element("failures", HTMLInputElement);
const pause = element("pause", HTMLButtonElement);
let framed = false;

function schedule() {
  if (!framed) {
    framed = true;
    requestAnimationFrame(render);
  }
}

/** Show some of the events that wait, and the rest in the frames after this one. */
function render() {
  framed = false;
  const rows = journal.next(ROWS_PER_FRAME).map(eventRow).reverse();
  list.prepend(...rows);
  while (list.childElementCount > journal.mostShown) {
    list.lastElementChild?.remove();
  }
  nothing.hidden = list.childElementCount > 0;
  nothing.textContent =
    journal.events.length > 0
      ? "No event fits the filter."
      : "No events yet. Open a page that connects to this gateway.";
  pause.textContent = journal.paused ? `Resume (${journal.held} new)` : "Pause";
  if (journal.pending.length > 0) {
    schedule();
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

function refill() {
  journal.filter = parseFilter(filter.value, failures.checked);
  list.replaceChildren();
  journal.restart();
  schedule();
}

filter.addEventListener("input", refill);
failures.addEventListener("change", refill);
pause.addEventListener("click", () => {
  journal.setPaused(!journal.paused);
  pause.setAttribute("aria-pressed", String(journal.paused));
  if (!journal.paused) {
    refill();
  }
  schedule();
});
element("clear", HTMLButtonElement).addEventListener("click", () => {
  journal.clear();
  list.replaceChildren();
  schedule();
});
list.addEventListener("click", (event) => {
  const row = event.target instanceof Element ? event.target.closest("li") : null;
  if (row) {
    void showDetail(row);
  }
});

list.addEventListener("keydown", (event) => {
  const row = event.target instanceof Element ? event.target.closest("li") : null;
  const next = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling };
  const button = next[/** @type {keyof typeof next} */ (event.key)]?.querySelector("button");
  if (button) {
    event.preventDefault();
    button.focus();
  }
});

// One event.

const detail = element("detail", HTMLElement);
const detailBody = element("detail-body", HTMLElement);
const copy = element("copy", HTMLButtonElement);
/** @type {HTMLElement | null} */
let chosen = null;
let command = "";

async function showDetail(/** @type {HTMLElement} */ row) {
  try {
    const event = /** @type {Detail} */ (await ask(`inspector/events/${row.dataset.number}`));
    hideDetail();
    chosen = row;
    row.classList.add("chosen");
    fillDetail(event);
    detail.hidden = false;
    detail.scrollTop = 0;
    document.body.classList.add("with-detail");
    detail.focus();
  } catch (error) {
    say(errorText(error));
  }
}

/** @param {Detail} event */
function fillDetail(event) {
  element("detail-title", HTMLElement).textContent = titleOf(event);
  command = curlCommand(event.asked);
  copy.hidden = !command;
  detailBody.replaceChildren(facts(event));
  if (event.asked) {
    detailBody.append(askedPart(event.asked));
  }
  if (!event.asked && WITH_CONTENT.includes(event.kind)) {
    detailBody.append(make("p", "Its content was not kept.", "empty"));
  }
  if (event.answered) {
    const { status, own } = event.answered;
    detailBody.append(part(`Answer ${status}${own ? " of the gateway" : ""}`, event.answered));
  }
  if (command) {
    const box = make("section");
    const text = make("pre", command);
    text.id = "curl";
    box.append(make("h3", "As curl"), text);
    detailBody.append(box);
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

function hideDetail() {
  chosen?.classList.remove("chosen");
  chosen = null;
  detail.hidden = true;
  document.body.classList.remove("with-detail");
}

/** Pages on an address of a network may not write to the clipboard: then the text is selected. */
async function copyCommand() {
  try {
    await navigator.clipboard.writeText(command);
    say("The command is in the clipboard. Hidden values are yours to put in.");
  } catch {
    getSelection()?.selectAllChildren(element("curl", HTMLElement));
    say("The command is selected: copy it.");
  }
}

copy.addEventListener("click", () => void copyCommand());
element("close", HTMLButtonElement).addEventListener("click", () => {
  const row = chosen;
  hideDetail();
  row?.querySelector("button")?.focus();
});
detail.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    element("close", HTMLButtonElement).click();
  }
});

// Connections.

const connections = element("connections", HTMLUListElement);
const others = element("others", HTMLElement);
/** @type {Map<string, ReturnType<typeof stamp>>} */
const shown = new Map();

/** @param {News} news */
function showConnections({ connections: found, connected, now }) {
  element("connected", HTMLElement).textContent = String(connected);
  element("nobody", HTMLElement).hidden = connected > 0;
  others.hidden = connected <= found.length;
  others.textContent = `${connected - found.length} older ones are not listed.`;
  const ids = new Set(found.map(({ id }) => id));
  for (const [id, { root }] of shown) {
    if (!ids.has(id)) {
      root.remove();
      shown.delete(id);
    }
  }
  for (const connection of [...found].reverse()) {
    showConnection(connection, now);
  }
}

/**
 * @param {Connection} connection
 * @param {number} now
 */
function showConnection(connection, now) {
  let row = shown.get(connection.id);
  if (!row) {
    row = connectionRow(connection);
    shown.set(connection.id, row);
    connections.prepend(row.root);
  }
  const age = formatAge(now - connection.connected_at);
  const idle = formatAge(now - connection.last_active_at);
  row.part("ages").textContent =
    connection.state === "open" ? `${age} old, idle ${idle}` : connection.state;
  row.root.dataset.state = connection.state;
}

/** @param {Connection} connection */
function connectionRow({ id, api_id, stage, source_ip, user_agent }) {
  const row = stamp("connection-row");
  row.part("id").textContent = id;
  row.part("id").addEventListener("click", () => {
    filter.value = filter.value === id ? "" : id;
    refill();
  });
  row.part("where").textContent = `${api_id}/${stage}`;
  row.part("where").title = [source_ip, user_agent].join(" ");
  row.part("send").addEventListener("click", () => openSend(id));
  row.part("cut").addEventListener("click", () => void cut(id));
  return row;
}

const connectionPath = (/** @type {string} */ id) =>
  `inspector/connections/${encodeURIComponent(id)}`;

async function cut(/** @type {string} */ id) {
  try {
    await ask(connectionPath(id), { method: "DELETE" });
    say("The connection is cut.");
  } catch (error) {
    say(errorText(error));
  }
}

const sendBox = element("send-box", HTMLDialogElement);
const sendTo = element("send-to", HTMLElement);
const sendError = element("send-error", HTMLElement);
const sendText = element("send-text", HTMLTextAreaElement);

function openSend(/** @type {string} */ id) {
  sendTo.textContent = id;
  sendError.hidden = true;
  sendBox.showModal();
  sendText.select();
}

async function send() {
  try {
    const path = connectionPath(sendTo.textContent ?? "");
    await ask(path, { method: "POST", body: sendText.value });
    sendBox.close();
    say("The message is sent.");
  } catch (error) {
    sendError.textContent = errorText(error);
    sendError.hidden = false;
  }
}

element("send-form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  void send();
});
element("send-cancel", HTMLButtonElement).addEventListener("click", () => sendBox.close());

// Faults.

/** @typedef {{row: ReturnType<typeof stamp>, value: HTMLInputElement, once: boolean}} FaultRow */

/** @type {Map<string, FaultRow>} */
const faultRows = new Map();

async function listFaults() {
  const { known } = /** @type {{known: KnownFaults}} */ (await ask("faults"));
  for (const [name, { takes, does, once }] of Object.entries(known)) {
    const row = stamp("fault-row");
    const value = /** @type {HTMLInputElement} */ (row.part("value"));
    value.placeholder = takes.replace(/.*(?=such as )/, "");
    value.title = `${name} takes ${takes}`;
    value.hidden = takes === "no value";
    row.part("name").textContent = name;
    row.part("does").textContent = does;
    row.part("flip").addEventListener("click", () => void flip(name));
    faultRows.set(name, { row, value, once });
  }
  element("faults", HTMLUListElement).replaceChildren(
    ...[...faultRows.values()].map(({ row }) => row.root),
  );
}

/** @param {Record<string, string>} faults */
function showFaults(faults) {
  const count = Object.keys(faults).length;
  const badge = element("faults-set", HTMLElement);
  badge.textContent = `${count} on`;
  badge.hidden = count === 0;
  for (const [name, { row, value, once }] of faultRows) {
    const isSet = name in faults;
    if (isSet && document.activeElement !== value) {
      value.value = faults[name] ?? "";
    }
    const flipper = row.part("flip");
    flipper.textContent = once ? "Do it" : isSet ? "Switch off" : "Switch on";
    flipper.setAttribute("aria-label", `${flipper.textContent}: ${name}`);
    row.root.classList.toggle("set", isSet);
  }
}

async function flip(/** @type {string} */ name) {
  const fault = /** @type {FaultRow} */ (faultRows.get(name));
  const problem = fault.row.part("problem");
  const isSet = fault.row.root.classList.contains("set");
  const body = JSON.stringify({ value: fault.value.value.trim() });
  try {
    const options = isSet ? { method: "DELETE" } : { method: "PUT", body };
    const { faults } = await ask(`faults/${name}`, options);
    problem.hidden = true;
    showFaults(faults);
  } catch (error) {
    problem.textContent = errorText(error);
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
  }
}

// The news.

const state = element("state", HTMLElement);
let last = 0;
let run = "";

/** @param {News} news */
function take(news) {
  if (news.run !== run) {
    const again = run !== "";
    run = news.run;
    last = 0;
    journal.clear();
    list.replaceChildren();
    hideDetail();
    if (again) {
      return;
    }
  }
  last = news.last;
  journal.take(news.events);
  showConnections(news);
  showFaults(news.faults);
  schedule();
}

async function poll() {
  let wait = POLL_MILLISECONDS;
  try {
    if (faultRows.size === 0) {
      await listFaults();
    }
    if (!document.hidden) {
      take(await ask(`inspector/since/${last}`));
    }
    connections.inert = false;
    state.dataset.state = "live";
    state.textContent = "Live";
  } catch (error) {
    wait = RETRY_MILLISECONDS;
    connections.inert = true;
    state.dataset.state = "lost";
    state.textContent = error instanceof TypeError ? "The gateway is away" : errorText(error);
  }
  setTimeout(poll, wait);
}

element("connections-box", HTMLDetailsElement).open = !matchMedia(NARROW).matches;
void poll();
