/** Numbers, times and bodies as people read them. */

/** @import {Part} from "./inspector-model.js" */

const PRETTY_MAX_CHARS = 200_000;
const STRING = /"(?:[^"\\]|\\.)*"/g;

/** @param {number | undefined} seconds */
export function formatDuration(seconds) {
  if (seconds === undefined) {
    return "";
  }
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

/** @param {number} seconds */
export function formatAge(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) {
    return `${whole} s`;
  }
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @param {number} at Seconds since the epoch. */
export function formatTime(at) {
  const time = new Date(at * 1000);
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  const clock = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return `${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/**
 * Say how much of a body there is, if not all of it was kept.
 *
 * @param {Part} part
 */
export function formatCut({ size, kept }) {
  const [first, all] = [kept, size].map((bytes) => bytes.toLocaleString("en"));
  return size > kept ? `The first ${first} of ${all} bytes:` : "";
}

/**
 * Indent a body if it is JSON, else leave it alone; so too if it has numbers that would be rounded.
 *
 * @param {string} body
 */
export function prettyBody(body) {
  if (!/^\s*[[{]/.test(body) || body.length > PRETTY_MAX_CHARS) {
    return body;
  }
  if (/\d{16}/.test(body.replace(STRING, ""))) {
    return body;
  }
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
