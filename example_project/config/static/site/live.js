/** What the pages of the example share: the connection with its badge, and small helpers. */

const LABELS = {
  idle: "not connected",
  connecting: "connecting…",
  open: "connected",
  waiting: "reconnecting…",
  closed: "disconnected",
};

/** What a page says when the server has closed its connection for good, by the code it gives. */
const FAREWELLS = {
  logged_out: "You were signed out.",
  login_ended: "Your login has ended.",
  channel_denied: "You may no longer be here.",
};

/** Connect the page, show the state in the badge, and enable `controls` while it is connected. */
export function connectPage(...controls) {
  const { connect } = globalThis.djangoWebSockets;
  const badge = document.getElementById("connection");
  const client = connect();
  let hasBeenOpen = false;
  const show = () => {
    const { state } = client;
    hasBeenOpen ||= state === "open";
    const isBack = state === "connecting" && hasBeenOpen;
    badge.dataset.state = isBack ? "waiting" : state;
    badge.textContent = isBack ? LABELS.waiting : LABELS[state];
    for (const control of controls) control.disabled = state !== "open";
  };
  client.on("state", show);
  client.on("close", ({ detail: { serverCode, willReconnect } }) => {
    if (serverCode && !willReconnect) showFarewell(serverCode);
  });
  show();
  return client;
}

function showFarewell(code) {
  const text = FAREWELLS[code] ?? `The server closed this connection (${code}).`;
  const home = element("a", { href: "/" }, "Start page");
  const notice = element("p", { class: "notice", role: "alert" });
  notice.append(element("b", {}, text), " ", home);
  document.getElementById("main").prepend(notice);
}

/** Call `ask` whenever the connection opens; if it ends meanwhile, the next one asks again. */
export function onOpen(client, ask) {
  client.on("open", async () => {
    try {
      await ask();
    } catch (error) {
      if (!isOfEnding(error)) throw error;
    }
  });
}

/** Whether a request failed because its connection has ended: here, or as yet for Django alone. */
function isOfEnding({ name, code }) {
  return name === "ConnectionLostError" || code === "session_not_found";
}

/** `show` for states as of a moment, without those that a newer one has overtaken on the way. */
export function newest(show) {
  let newestAsOf = 0;
  return (state) => {
    if (state.as_of < newestAsOf) return;
    newestAsOf = state.as_of;
    show(state);
  };
}

/** An element with text or children; text never becomes markup. */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** The round initial of a person. */
export function avatar({ username, name }) {
  const initial = name.slice(0, 1).toUpperCase();
  return element(
    "span",
    { class: "person", "data-person": username, "aria-hidden": "true" },
    initial,
  );
}

/** A moment, on the clock of the reader. */
export function time(iso) {
  return localised(element("time", { datetime: iso }));
}

function localised(node) {
  const date = new Date(node.dateTime);
  node.textContent = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  node.title = date.toLocaleString();
  return node;
}

/** Submit a form without leaving the page; what `send` throws is said in `outcome`. */
export function onSubmit(form, outcome, send) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = form.elements.text;
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    try {
      outcome.textContent = await send(text);
    } catch (error) {
      outcome.textContent = error.message;
      input.value ||= text;
    }
    input.focus();
  });
}

for (const node of document.querySelectorAll("time")) localised(node);
