/** The dashboard: a live count, and announcements as they are made. */

import { connectPage, element, newest, onOpen, onSubmit, time } from "../site/live.js";

const MAX_SHOWN = 12;

const feed = document.getElementById("announcements");
const form = document.getElementById("announce");
const channels = document.getElementById("channels");
const client = connectPage(...form.elements);
form.hidden = false;

const showStatus = newest((status) => {
  for (const node of document.querySelectorAll("[data-value]")) {
    node.textContent = status[node.dataset.value];
  }
  channels.replaceChildren(
    ...status.channels.map(({ name, count }) =>
      element(
        "tr",
        {},
        element("td", {}, element("code", {}, name)),
        element("td", { class: "number" }, String(count)),
      ),
    ),
  );
});

function showAnnouncement({ text, author, at }) {
  const meta = element("p", { class: "meta" }, `${author} · `, time(at));
  feed.prepend(element("li", { class: "new" }, element("p", {}, text), meta));
  while (feed.children.length > MAX_SHOWN) feed.lastElementChild.remove();
}

onOpen(client, async () => showStatus(await client.request("status")));
client.on("message", ({ detail }) => {
  if (detail.type === "status") showStatus(detail);
  if (detail.type === "announcement") showAnnouncement(detail);
});

onSubmit(form, document.getElementById("outcome"), async (text) => {
  const { sent } = await client.request("announce", { text });
  return `Shown on ${sent} open ${sent === 1 ? "dashboard" : "dashboards"}`;
});
