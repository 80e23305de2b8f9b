/** Elements: the page's own, copies of its templates, and new ones. All text is `textContent`. */

/** @typedef {ReturnType<typeof stamp>} Stamped */

/**
 * @template {typeof HTMLElement} T
 * @param {string} id
 * @param {T} type
 */
export function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) {
    throw new Error(`The page has no #${id}.`);
  }
  return /** @type {InstanceType<T>} */ (found);
}

/**
 * Return a copy of the only child of a template, and its descendants by class.
 *
 * @param {string} id
 */
export function stamp(id) {
  const { content } = element(id, HTMLTemplateElement);
  const root = /** @type {HTMLLIElement} */ (content.firstElementChild?.cloneNode(true));
  const part = (/** @type {string} */ name) =>
    /** @type {HTMLElement} */ (root.querySelector(`.${name}`));
  return { root, part };
}

/**
 * @param {string} tag
 * @param {string} [text]
 * @param {string} [className]
 */
export function make(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}
