/** A worker that was given up in the middle of writing its status or its list of held keys, and ends that write after its successor's. */
import { expect, it } from "vitest";
import { readStatus } from "../../../../src/memory/facts.js";
import { confirmHeld, countHeld, readHeld, writeHeld } from "../../../../src/memory/held.js";
import type { Region } from "../../../../src/memory/region.js";
import type { HeldSetting } from "../../../../src/shared/held-setting.js";
import type { EngineStatus } from "../../../../src/shared/types.js";
import { RegionStatus } from "../../../../src/worker/telling/region-status.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";
import { HeldUp } from "../../../support/memory/held-up.js";
import { newRegion } from "../../../support/memory/region.js";

/** Does `write` with a hold-up before each of its accesses, in a region of its own each time. */
function heldUpAnywhere(
  write: (view: HeldUp) => void,
  meanwhile: (region: Region) => () => void,
  check: (region: Region, where: string) => void,
): void {
  let total = 1;
  for (let before = 1; before <= total; before++) {
    const region = newRegion();
    const view = new HeldUp(region.memory, { plain: true });
    let confirm = (): void => {};
    view.holdUp(before, () => {
      confirm = meanwhile(region);
    });
    write(view);
    total = view.accesses;
    confirm();
    check(region, `held up before access ${before} of ${total}`);
  }
  expect(total).toBeGreaterThan(5);
}

const engine = (changes: Partial<EngineStatus>): EngineStatus => ({
  state: "live",
  step: "done",
  attempt: 0,
  nextAttemptAtMs: undefined,
  sessionSinceMs: undefined,
  lastError: undefined,
  ...changes,
});

it.each([1, 2, 3])(
  "the status is the successor's again with its next heartbeat (which has written it %i times)",
  (writes) => {
    const statusOf = (region: Region) =>
      new RegionStatus(region, new VirtualClock(), { fixedSession: false, onFirstLive() {} });
    heldUpAnywhere(
      (view) => statusOf(view).set(engine({ state: "starting", step: "connection", attempt: 7 })),
      (region) => {
        const heir = statusOf(region);
        for (let i = 1; i <= writes; i++) heir.set(engine({ sessionSinceMs: i }));
        return () => heir.confirm();
      },
      (region, where) => expect(readStatus(region), where).toMatchObject({ state: "live", sessionSinceMs: writes }),
    );
  },
);

const held = (key: string): HeldSetting => ({ key, rule: "max", sinceMs: 1, source: "file", sequenceId: 1 });

it.each([1, 2, 3])(
  "the list of held keys is the successor's again with its next heartbeat (which has written it %i times)",
  (writes) => {
    heldUpAnywhere(
      (view) => writeHeld(view, [held("of the late one"), held("b")]),
      (region) => {
        const list = [held("of its successor")];
        for (let i = 1; i <= writes; i++) writeHeld(region, list);
        return () => confirmHeld(region, list);
      },
      (region, where) => {
        expect(
          readHeld(region).map(({ key }) => key),
          where,
        ).toEqual(["of its successor"]);
        expect(countHeld(region), where).toBe(1);
      },
    );
  },
);
