/** The library asks for a URL, and so for a fresh token, before each attempt. */
use(new ReconnectingWebSocket(socketUrl));
