/** What an event is, in a word. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  isFailure,
  kindOf,
  routeOf,
  titleOf,
} from "../../django_aws_api_gateway_websockets/emulator/static/inspector-model.js";
import { event } from "./events.js";

describe("isFailure", () => {
  for (const [values, expected] of [
    [{ status: 200 }, false],
    [{ status: 404 }, true],
    [{ kind: "error" }, true],
    [{ kind: "disconnect", route_key: undefined, status: 1001 }, false],
    [{ kind: "disconnect", route_key: undefined, status: 1006 }, true],
    [{ kind: "disconnect", route_key: "$disconnect", status: 200 }, false],
    [{ kind: "disconnect", route_key: "$disconnect" }, true],
    [{ kind: "fault", route_key: undefined }, false],
  ]) {
    it(`is ${expected} of ${JSON.stringify(values)}`, () => {
      assert.equal(isFailure(event(values)), expected);
    });
  }
});

describe("Words", () => {
  it("tell a close from the event that follows it", () => {
    assert.equal(kindOf({ kind: "disconnect" }), "closed");
    assert.equal(kindOf({ kind: "disconnect", route_key: "$disconnect" }), "disconnect");
  });

  it("tell the route of a handshake that got as far as that", () => {
    assert.equal(routeOf({ kind: "connect", api_id: "a" }), "$connect");
    assert.equal(routeOf({ kind: "connect" }), "");
    assert.equal(routeOf({ kind: "message", route_key: "chat" }), "chat");
  });

  it("tell in a title the route, or the call of the control plane", () => {
    assert.equal(titleOf(event()), "message chat");
    assert.equal(titleOf({ kind: "control", detail: "CreateApi" }), "control CreateApi");
    assert.equal(titleOf({ kind: "error", detail: "no route to the host" }), "error");
  });
});
