const lines = document.getElementById("lines");
const form = document.getElementById("write");
const state = document.getElementById("state");

const client = djangoWebSockets.connect();

client.on("state", ({ detail }) => {
  state.value = detail.state;
});

client.on("message", ({ detail }) => {
  const line = document.createElement("li");
  line.textContent = `${detail.author}: ${detail.text}`;
  lines.append(line);
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = form.elements.text.value;
  form.reset();
  try {
    const { readers } = await client.request("write", { text });
    state.value = `sent to ${readers}`;
  } catch (error) {
    state.value = error.message;
  }
});
