/** Which events are kept, and which are still to be shown. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseFilter } from "../../django_aws_api_gateway_websockets/emulator/static/inspector-filter.js";
import { Journal } from "../../django_aws_api_gateway_websockets/emulator/static/inspector-journal.js";
import { event, many } from "./events.js";

const numbers = (events) => events.map(({ number }) => number);

describe("A journal", () => {
  it("shows what comes, some at a time, oldest first", () => {
    const journal = new Journal();

    journal.take(many(3));

    assert.deepEqual(numbers(journal.next(2)), [1, 2]);
    assert.deepEqual(numbers(journal.next(2)), [3]);
  });

  it("forgets the oldest, and does not show what would be pushed out at once", () => {
    const journal = new Journal({ most: 4, mostShown: 2 });

    journal.take(many(3));
    journal.take(many(3, 4));

    assert.deepEqual(numbers(journal.events), [3, 4, 5, 6]);
    assert.deepEqual(numbers(journal.next(9)), [5, 6]);
  });

  it("counts what comes in a pause, and shows it afterwards", () => {
    const journal = new Journal();

    journal.setPaused(true);
    journal.take(many(2));

    assert.deepEqual([journal.held, journal.next(9)], [2, []]);

    journal.setPaused(false);
    journal.restart();

    assert.deepEqual([journal.held, numbers(journal.next(9))], [0, [1, 2]]);
  });

  it("begins again with another filter", () => {
    const journal = new Journal();
    journal.take([...many(2), event({ number: 3, said: "x" })]);

    journal.filter = parseFilter("x");
    journal.restart();

    assert.deepEqual(numbers(journal.next(9)), [3]);
  });

  it("forgets everything when told to", () => {
    const journal = new Journal();
    journal.take(many(2));

    journal.clear();

    assert.deepEqual([journal.events, journal.next(9)], [[], []]);
  });
});
