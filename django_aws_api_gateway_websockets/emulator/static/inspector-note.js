/** A line that says for a moment what was done, or why it was not. */

import { element } from "./inspector-page.js";

/** @typedef {(text: string) => void} Say */

const NOTE_MILLISECONDS = 4_000;

/**
 * Return the function that says something.
 *
 * @returns {Say}
 */
export function createNote() {
  const note = element("note", HTMLElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (text) => {
    note.textContent = text;
    note.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => {
      note.hidden = true;
    }, NOTE_MILLISECONDS);
  };
}
