import { openSocket } from "./socket.js";

const socket = await openSocket(document.getElementById("live").dataset);
socket.addEventListener("message", ({ data }) => console.log(JSON.parse(data)));
