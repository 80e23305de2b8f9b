/** The box in which somebody writes a message to a connection. */

import { errorText, sendMessage } from "./inspector-gateway.js";
import { element } from "./inspector-page.js";

/** @import {Say} from "./inspector-note.js" */

export class SendBox {
  #box = element("send-box", HTMLDialogElement);
  #to = element("send-to", HTMLElement);
  #problem = element("send-error", HTMLElement);
  #text = element("send-text", HTMLTextAreaElement);
  #say;

  /** @param {Say} say */
  constructor(say) {
    this.#say = say;
    element("send-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    element("send-cancel", HTMLButtonElement).addEventListener("click", () => this.#box.close());
  }

  /** Ask what to send to a connection. */
  open(/** @type {string} */ id) {
    this.#to.textContent = id;
    this.#problem.hidden = true;
    this.#box.showModal();
    this.#text.select();
  }

  async #send() {
    try {
      await sendMessage(this.#to.textContent ?? "", this.#text.value);
      this.#box.close();
      this.#say("The message is sent.");
    } catch (error) {
      this.#problem.textContent = errorText(error);
      this.#problem.hidden = false;
    }
  }
}
