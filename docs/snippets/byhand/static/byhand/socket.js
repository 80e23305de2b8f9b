export async function openSocket({ url, tokenUrl, channel, csrfToken }) {
  const response = await fetch(tokenUrl, {
    method: "POST",
    credentials: "same-origin", // sends the session and CSRF cookies
    headers: { "X-CSRFToken": csrfToken },
  });
  if (!response.ok) {
    throw new Error(`No token: ${response.status} ${await response.text()}`);
  }
  const { token } = await response.json();

  const address = new URL(url);
  address.searchParams.set("ws_token", token);
  address.searchParams.set("channel", channel);
  return new WebSocket(address);
}
