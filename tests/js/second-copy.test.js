/** A page that loads the module under two names; see page.test.js for why this is a file of its own. */

import assert from "node:assert/strict";
import { it } from "node:test";

it("A second copy of the module leaves globalThis.djangoWebSockets alone", async () => {
  const first = { from: "the first copy" };
  globalThis.document = {};
  globalThis.djangoWebSockets = first;

  await import(
    "../../django_aws_api_gateway_websockets/static/django_aws_api_gateway_websockets/client.js"
  );

  assert.equal(globalThis.djangoWebSockets, first);
});
