/** The list of posts: its counts follow what readers do. */

import { connectPage } from "../site/live.js";

const client = connectPage();

client.on("message", ({ detail: { post, type, count } }) => {
  const node = document.querySelector(`[data-post="${CSS.escape(post)}"] [data-count="${type}"]`);
  if (node) node.textContent = Math.max(count, Number(node.textContent));
});
