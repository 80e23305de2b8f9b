/** Requests as `curl` commands, which a shell and a terminal take for what they are. */

/** @import {Asked} from "./inspector-model.js" */

const LEFT_TO_CURL = ["accept-encoding", "content-length", "expect", "transfer-encoding"];
const ARGUMENT_MAX_CHARS = 30_000;
const CONTROL = /[^\P{Cc}\n]/gu;

/**
 * Return the command that sends a request again, for a POSIX shell; empty when none was sent, or
 * when there is more of its body than is kept.
 *
 * Secrets stay hidden: whoever runs it puts them in.
 *
 * @param {Asked | null} asked
 */
export function curlCommand(asked) {
  if (!asked?.url || asked.size > asked.kept) {
    return "";
  }
  const { method, url, headers, body } = asked;
  const command = [
    `curl -i -g -X ${quote(method)} ${quote(url)}`,
    ...headersForCurl(asked).map(
      ([name, value]) => `-H ${quote(value ? `${name}: ${value}` : `${name};`)}`,
    ),
  ];
  if (body && !headers.some(([name]) => name.toLowerCase() === "content-type")) {
    command.push("-H Content-Type:");
  }
  if (!body) {
    return lines(command);
  }
  if (body.length > ARGUMENT_MAX_CHARS || body.search(CONTROL) !== -1) {
    return `printf %b ${inQuotes(escapeBody(body))} | \\\n${lines([...command, "--data-binary @-"])}`;
  }
  return lines([...command, `--data-raw ${inQuotes(body)}`]);
}

const lines = (/** @type {string[]} */ parts) => parts.join(" \\\n  ");

/**
 * Return the headers that curl would not send by itself.
 *
 * @param {Asked} asked
 */
function headersForCurl({ url, headers }) {
  const host = /^\w+:\/\/(?:[^/?#@]*@)?([^/?#]*)/.exec(url)?.[1];
  return headers.filter(([name, value]) => {
    switch (name.toLowerCase()) {
      case "host":
        return value !== host;
      case "connection":
        return /upgrade/i.test(value);
      default:
        return !LEFT_TO_CURL.includes(name.toLowerCase());
    }
  });
}

/**
 * Return a body for `printf %b`: a terminal obeys control characters even where quotes hold them.
 *
 * @param {string} body
 */
function escapeBody(body) {
  const octal = (/** @type {number} */ byte) => `\\0${byte.toString(8).padStart(3, "0")}`;
  return body
    .replaceAll("\\", "\\\\")
    .replace(CONTROL, (char) => [...new TextEncoder().encode(char)].map(octal).join(""));
}

/**
 * Return a text as one word of a POSIX shell, without what a terminal would obey.
 *
 * @param {string} text
 */
export function quote(text) {
  const shown = text.replace(CONTROL, "?");
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : inQuotes(shown);
}

const inQuotes = (/** @type {string} */ text) => `'${text.replaceAll("'", "'\\''")}'`;
