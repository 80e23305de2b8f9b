/** The inspector's page: asks the gateway over and over what has happened, and tells its parts. */

import { ConnectionList } from "./inspector-connections.js";
import { EventDetail } from "./inspector-detail.js";
import { EventList } from "./inspector-events.js";
import { FaultList } from "./inspector-faults.js";
import { errorText, newsSince } from "./inspector-gateway.js";
import { createNote } from "./inspector-note.js";
import { element } from "./inspector-page.js";
import { SendBox } from "./inspector-send.js";

/** @import {News} from "./inspector-gateway.js" */

const POLL_MILLISECONDS = 300;
const RETRY_MILLISECONDS = 2_000;

const say = createNote();
const detail = new EventDetail(say);
const events = new EventList((row) => void detail.show(row));
const sendBox = new SendBox(say);
const connections = new ConnectionList(say, {
  pick: (id) => events.toggleFilter(id),
  send: (id) => sendBox.open(id),
});
const faults = new FaultList();
const state = element("state", HTMLElement);
let last = 0;
let run = "";

/** @param {News} news */
function take(news) {
  if (news.run !== run) {
    const again = run !== "";
    run = news.run;
    last = 0;
    events.clear();
    detail.hide();
    if (again) {
      return;
    }
  }
  last = news.last;
  events.take(news.events);
  connections.show(news);
  faults.show(news.faults);
}

/**
 * @param {"live" | "lost"} name
 * @param {string} text
 */
function setState(name, text) {
  connections.setLive(name === "live");
  state.dataset.state = name;
  state.textContent = text;
}

async function poll() {
  let wait = POLL_MILLISECONDS;
  try {
    await faults.load();
    if (!document.hidden) {
      take(await newsSince(last));
    }
    setState("live", "Live");
  } catch (error) {
    wait = RETRY_MILLISECONDS;
    setState("lost", error instanceof TypeError ? "The gateway is away" : errorText(error));
  }
  setTimeout(poll, wait);
}

void poll();
