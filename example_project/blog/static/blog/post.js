/** One post: applause and comments, shared with everybody who reads it. */

import { avatar, connectPage, element, onSubmit, time } from "../site/live.js";

const { post } = document.getElementById("post").dataset;
const applaud = document.getElementById("applaud");
const applause = document.getElementById("applause");
const comments = document.getElementById("comments");
const form = document.getElementById("comment");
const client = connectPage(applaud, ...form.elements);

applaud.addEventListener("click", () => client.send("applaud", { post }));

client.on("message", ({ detail }) => {
  if (detail.type === "applause") {
    applause.textContent = Math.max(detail.count, Number(applause.textContent));
  }
  if (detail.type === "comment") comments.append(commentItem(detail));
});

onSubmit(form, document.getElementById("outcome"), async (text) => {
  await client.request("comment", { post, text });
  return "";
});

function commentItem({ username, author, text, at }) {
  const meta = element("p", { class: "meta" }, element("b", {}, author), " · ", time(at));
  const body = element("div", {}, meta, element("p", {}, text));
  return element("li", { class: "new" }, avatar({ username, name: author }), body);
}
