/** Which events fit what somebody has typed. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  matches,
  parseFilter,
} from "../../django_aws_api_gateway_websockets/emulator/static/inspector-filter.js";
import { event } from "./events.js";

describe("A filter", () => {
  const fits = (text, values, failures) => matches(parseFilter(text, failures), event(values));

  it("wants all of its words, in any place and in any case", () => {
    assert.ok(fits("CHAT 403", { status: 403 }));
    assert.ok(fits("hello abc=", { said: "Hello!", connection_id: "xabc=" }));
    assert.ok(!fits("chat 403", { status: 200 }));
  });

  it("does not want words after a minus", () => {
    assert.ok(fits("-ping", { said: "pong" }));
    assert.ok(!fits("chat -ping", { said: "a ping" }));
  });

  it("lets everything through when it is empty", () => {
    assert.ok(fits("  ", {}));
  });

  it("knows failures", () => {
    assert.ok(fits("", { status: 500 }, true));
    assert.ok(!fits("", { status: 200 }, true));
  });
});
