/** A room: what is said in it, who is in it, and who is writing. */

import { avatar, connectPage, element, newest, onOpen, onSubmit, time } from "../site/live.js";

const TYPING_INTERVAL = 2_000;
const TYPING_SHOWN = 3_000;

const { username: me } = document.getElementById("room").dataset;
const messages = document.getElementById("messages");
const people = document.getElementById("people");
const typing = document.getElementById("typing");
const form = document.getElementById("say");
const client = connectPage(...form.elements);

// Not the last one that is shown: what that has overtaken may still be missing.
let caughtUpTo = Number(messages.lastElementChild?.dataset.id ?? 0);
let typingSentAt = 0;
let typingTimer;

function showMessage({ id, username, author, text, at }) {
  const items = [...messages.children];
  if (items.some((item) => Number(item.dataset.id) === id)) return;
  const next = items.find((item) => Number(item.dataset.id) > id) ?? null;
  typing.textContent = "";
  const meta = element("p", { class: "meta" }, element("b", {}, author), " ", time(at));
  const bubble = element("div", { class: "bubble" }, meta, element("p", { class: "text" }, text));
  const mine = username === me ? "yes" : "no";
  const person = avatar({ username, name: author });
  messages.insertBefore(
    element("li", { "data-id": id, "data-mine": mine, class: "new" }, person, bubble),
    next,
  );
  messages.scrollTop = messages.scrollHeight;
}

const showPresence = newest((presence) => {
  people.replaceChildren(
    ...presence.people.map((person) =>
      element("li", { title: person.name }, avatar(person), person.name),
    ),
  );
});

function showTyping({ name }) {
  typing.textContent = `${name} is writing…`;
  clearTimeout(typingTimer);
  typingTimer = setTimeout(() => {
    typing.textContent = "";
  }, TYPING_SHOWN);
}

async function catchUp() {
  const { presence, messages } = await client.request("catch_up", { after: caughtUpTo });
  messages.forEach(showMessage);
  showPresence(presence);
  if (messages.length === 0) return;
  caughtUpTo = messages.at(-1).id;
  await catchUp();
}

onOpen(client, catchUp);

client.on("message", ({ detail }) => {
  if (detail.type === "message") showMessage(detail);
  if (detail.type === "presence") showPresence(detail);
  if (detail.type === "typing") showTyping(detail);
});

form.addEventListener("input", () => {
  if (client.state !== "open" || Date.now() - typingSentAt < TYPING_INTERVAL) return;
  typingSentAt = Date.now();
  client.send("typing");
});

onSubmit(form, document.getElementById("outcome"), async (text) => {
  typingSentAt = 0;
  const { sent } = await client.request("say", { text });
  return `Delivered to ${sent} ${sent === 1 ? "window" : "windows"}`;
});

messages.scrollTop = messages.scrollHeight;
