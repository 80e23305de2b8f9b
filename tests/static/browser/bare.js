/** A socket of the browser, opened once. */
socketUrl().then((url) => use(new WebSocket(url)));
