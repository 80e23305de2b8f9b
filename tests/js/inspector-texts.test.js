/** Numbers, times and bodies as people read them. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  formatAge,
  formatCut,
  formatDuration,
  formatTime,
  prettyBody,
} from "../../django_aws_api_gateway_websockets/emulator/static/inspector-texts.js";

describe("Texts", () => {
  it("tell durations, ages and times", () => {
    assert.deepEqual([undefined, 0.0123, 2.04].map(formatDuration), ["", "12 ms", "2.0 s"]);
    assert.deepEqual([-1, 59, 125, 7325].map(formatAge), ["0 s", "59 s", "2 min", "2 h 2 min"]);
    assert.match(formatTime(1.5), /^\d\d:\d\d:01\.500$/);
  });

  it("indent JSON, and leave other bodies alone", () => {
    assert.equal(prettyBody('{"a":[1]}'), '{\n  "a": [\n    1\n  ]\n}');
    assert.equal(prettyBody('{"a"'), '{"a"');
    assert.equal(prettyBody("plain"), "plain");
    assert.equal(prettyBody(`[${" ".repeat(200_000)}]`).length, 200_002);
  });

  it("round no numbers", () => {
    assert.equal(prettyBody('{"id":9007199254740993}'), '{"id":9007199254740993}');
    assert.equal(prettyBody('["9007199254740993\\""]'), '[\n  "9007199254740993\\""\n]');
  });

  it("tell that a body is not whole", () => {
    assert.equal(
      formatCut({ size: 200_000, kept: 131_072 }),
      "The first 131,072 of 200,000 bytes:",
    );
    assert.equal(formatCut({ size: 5, kept: 5 }), "");
  });
});
