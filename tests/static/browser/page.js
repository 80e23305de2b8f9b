/** What both pages share: a token, the URL with it, and a wall to write on. */

async function fetchToken() {
  const response = await fetch(window.websocketConfig.tokenEndpoint, {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
  });
  return (await response.json()).token;
}

async function socketUrl() {
  const { baseUrl, channel } = window.websocketConfig;
  const token = encodeURIComponent(await fetchToken());
  return `${baseUrl}?ws_token=${token}&channel=${encodeURIComponent(channel)}`;
}

function use(socket) {
  const state = document.getElementById("state");
  socket.addEventListener("open", () => {
    state.textContent = "open";
  });
  socket.addEventListener("close", () => {
    state.textContent = "closed";
  });
  socket.addEventListener("message", ({ data }) => {
    document.getElementById("wall").append(`${JSON.parse(data).text}\n`);
  });
  document.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    socket.send(JSON.stringify({ action: "wall", text: event.target.elements.text.value }));
  });
}
