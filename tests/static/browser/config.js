/** What the template knows, under the name that the page's scripts use. */
window.websocketConfig = { ...document.getElementById("websocket-settings").dataset };
