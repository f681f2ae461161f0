// When a client connects again, in virtual time.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Redial } from "../../lanyard_dashboard/static/lanyard/redial.js";

class Rig {
  now = 100;

  constructor(draw = 0.5) {
    this.redial = new Redial({ clock: () => this.now, draw: () => draw });
  }

  // So many attempts in a row that fail; the waits before the next ones, in seconds.
  fails(count) {
    return Array.from({ length: count }, () => {
      const wait = this.redial.nextWaitMs();
      this.now += wait;
      return wait / 1000;
    });
  }

  holds(seconds) {
    this.redial.linked();
    this.now += seconds * 1000;
  }
}

test("the waits are 1, 2, 4, 8 s and then 8 s for as long as it takes", () => {
  assert.deepEqual(new Rig().fails(7), [1, 2, 4, 8, 8, 8, 8]);
});

test("the time without a link does not count as a good link", () => {
  const rig = new Rig();
  rig.holds(3);
  assert.deepEqual(rig.fails(6), [1, 2, 4, 8, 8, 8]);
});

test("a link of ten seconds starts from one second again", () => {
  const rig = new Rig();
  rig.fails(3);
  rig.holds(10);
  assert.deepEqual(rig.fails(2), [1, 2]);
});

test("a link that breaks at once goes on where it was", () => {
  const rig = new Rig();
  rig.fails(2);
  rig.holds(0.5);
  assert.deepEqual(rig.fails(2), [4, 8]);
});

test("every wait is up to a fifth shorter or longer", () => {
  assert.deepEqual(new Rig(0).fails(4), [0.8, 1.6, 3.2, 6.4]);
  assert.deepEqual(new Rig(1).fails(4), [1.2, 2.4, 4.8, 9.6]);
});
