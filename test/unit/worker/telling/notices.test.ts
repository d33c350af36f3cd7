import { expect, it } from "vitest";
import type { HeldSetting } from "../../../../src/shared/held-setting.js";
import type { Notice } from "../../../../src/shared/messages.js";
import { Notices } from "../../../../src/worker/telling/notices.js";

const held = (key: string): HeldSetting => ({ key, rule: "a rule", sinceMs: 1, source: "file", sequenceId: 1 });

it("posts one notice at a time, and merges what happens meanwhile: the last state, and what became of each key", () => {
  const posted: Notice[] = [];
  const notices = new Notices((notice) => posted.push(notice));
  notices.state("connecting");
  for (let i = 0; i < 10_000; i++) {
    notices.state(i % 2 === 0 ? "live" : "stale");
    notices.held({ held: [held("port"), held("host")], healed: [] });
    notices.held({ held: [], healed: ["port"] });
  }
  expect(posted).toEqual([{ kind: "notice", state: "connecting", held: [], healed: [] }]);
  notices.acknowledged();
  expect(posted.slice(1)).toEqual([{ kind: "notice", state: "stale", held: [held("host")], healed: ["port"] }]);
  notices.acknowledged();
  expect(posted).toHaveLength(2);
  notices.held({ held: [held("port")], healed: [] });
  expect(posted.at(-1)).toEqual({ kind: "notice", state: undefined, held: [held("port")], healed: [] });
});

it("posts also that settings have healed and nothing else, and nothing when nothing happened", () => {
  const posted: Notice[] = [];
  const notices = new Notices((notice) => posted.push(notice));
  notices.held({ held: [], healed: [] });
  expect(posted).toEqual([]);
  notices.held({ held: [], healed: ["port"] });
  expect(posted).toEqual([{ kind: "notice", state: undefined, held: [], healed: ["port"] }]);
});
