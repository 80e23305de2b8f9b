export function connectWithKey({ url, channel, tokenUrl, key }) {
  async function getToken({ signal }) {
    const headers = { "X-Api-Key": key };
    const response = await fetch(tokenUrl, { method: "POST", headers, signal });
    if (response.ok) return (await response.json()).token;
    const seconds = response.headers.get("Retry-After");
    if (response.status === 403 && !seconds) throw new djangoWebSockets.UnauthorizedError();
    throw new djangoWebSockets.TokenError(response.status, seconds * 1000);
  }

  return djangoWebSockets.connect({ config: { url, channel }, getToken });
}
