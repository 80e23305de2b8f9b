/** What the file promises as it is served: its size, and that Django can serve it under any name. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { minify } from "terser";

const source = await readFile(
  new URL(
    "../../django_aws_api_gateway_websockets/static/django_aws_api_gateway_websockets/client.js",
    import.meta.url,
  ),
  "utf8",
);

/** In bytes: what a page may pay for the client, minified and compressed. */
const BUDGET = 3_584;

describe("The static file", () => {
  it("keeps within its size budget", async () => {
    const { code } = await minify(source, { module: true });

    const size = gzipSync(code, { level: 9 }).length;

    assert.ok(size <= BUDGET, `${size} bytes are over the budget of ${BUDGET}.`);
  });

  it("names no relative file, because hashed static names would break the reference", () => {
    assert.doesNotMatch(source, /["'`]\.{1,2}\//);
  });

  it("needs nothing that a strict CSP forbids", () => {
    assert.doesNotMatch(source, /\beval\b|\bnew Function\b|innerHTML|\.style\b/);
  });
});
