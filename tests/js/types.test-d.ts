/** Compiled and never run: what users may write, and what the compiler must refuse. */

import {
  type CloseDetail,
  type Config,
  connect,
  RequestError,
  readConfig,
  State,
  UnauthorizedError,
  WebSocketClient,
} from "../../django_aws_api_gateway_websockets/static/django_aws_api_gateway_websockets/client.js";

type ChatMessage = { text: string };

const config: Config = readConfig();
const client = connect<ChatMessage>({ config, queueTtl: 5_000 });

client.on("message", ({ detail }) => detail.text.toUpperCase());
client.addEventListener("close", ({ detail }) => {
  const { code, willReconnect, serverCode }: CloseDetail = detail;
  return [code.toFixed(), willReconnect && serverCode?.length];
});
client.on("error", ({ detail }) => detail instanceof UnauthorizedError && location.reload());
client.on("error", ({ detail }) => detail instanceof RequestError && detail.fields.text?.at(0));
const stop: () => void = client.on("state", ({ detail }) => detail.state === State.OPEN);
stop();

const sent: boolean = client.send("say", { text: "hello" });
const reply: Promise<ChatMessage> = client.request<ChatMessage>("last", {}, { timeout: 500 });
globalThis.djangoWebSockets.connect({ configId: "another" });
new WebSocketClient(config, {
  WebSocket,
  fetch,
  timers: globalThis,
  window,
  getToken: async ({ signal }) => (signal.aborted ? null : "token"),
});

// @ts-expect-error A handler is named by a string.
client.send(5);
// @ts-expect-error Data is an object.
client.send("say", "hello");
// @ts-expect-error There is no such event.
client.on("reconnect", () => {});
// @ts-expect-error The state is read-only.
client.state = State.OPEN;
// @ts-expect-error There is no such option.
connect({ retries: 5 });
// @ts-expect-error There is no such state.
const wrong: boolean = client.state === "reconnecting";

export { reply, sent, wrong };
