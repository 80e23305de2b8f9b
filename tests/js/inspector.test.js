/** What the inspector's files promise as they are served. */

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { describe, it } from "node:test";

const FOLDER = new URL("../../django_aws_api_gateway_websockets/emulator/static/", import.meta.url);

describe("The files of the page", () => {
  it("need nothing that its CSP forbids, and write no markup", async () => {
    for (const name of (await readdir(FOLDER)).filter((name) => name.endsWith(".js"))) {
      const source = await readFile(new URL(name, FOLDER), "utf8");
      assert.doesNotMatch(source, /\beval\b|\bnew Function\b|innerHTML|insertAdjacent|\.style\b/);
    }
  });

  it("name no address and no inline code", async () => {
    const page = await readFile(new URL("inspector.html", FOLDER), "utf8");

    assert.doesNotMatch(page, /https?:|style=|<style|\son\w+=|<script(?![^>]* src=)/);
  });
});
