/** What a stream waits for, and how long: its snapshots, its reopening, and credentials before it. */
import { describe, expect, it } from "vitest";
import { ConfigStreamError } from "../../../../src/shared/errors.js";
import { readCredentials } from "../../../../src/worker/engine/attempt/credentials-wait.js";
import { Reopenings } from "../../../../src/worker/engine/reopenings.js";
import { firstSnapshotTimeoutMs, type GivenUp, StreamLife } from "../../../../src/worker/engine/stream-life.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";

function newLife(reopensInMs = 3_000) {
  const clock = new VirtualClock();
  const given: GivenUp[] = [];
  const giveUp = (why: GivenUp) => void given.push(why);
  const life = new StreamLife({ clock, resyncTimeoutMs: 5_000, reopensInMs: () => reopensInMs, giveUp });
  return { life, clock, given };
}

describe("a stream", () => {
  it("is given up without a first snapshot, and with one is not", async () => {
    const { clock, given } = newLife();
    await clock.advance(firstSnapshotTimeoutMs - 1);
    expect(given).toEqual([]);
    await clock.advance(1);
    expect(given).toEqual([expect.objectContaining({ code: "stream" })]);
    const other = newLife();
    other.life.snapshotCame();
    expect(other.clock.pending).toBe(0);
  });

  it("is given up after a gap without a resync snapshot, and says that it was a gap", async () => {
    const { life, clock, given } = newLife();
    life.snapshotCame();
    life.awaitsResync(true);
    await clock.advance(2_500);
    life.awaitsResync(true);
    await clock.advance(2_499);
    expect(given).toEqual([]);
    await clock.advance(1);
    const [error] = given as ConfigStreamError[];
    expect([error?.code, error?.cause]).toEqual(["stream", undefined]);
    expect(error?.message).toMatch(/^The core agent sent no resync snapshot within 5000 ms after a gap in the stream;/);
  });

  it("says what was refused first, where that is why a resync was awaited, and nothing of it once it was in step again", async () => {
    const { life, clock, given } = newLife();
    life.snapshotCame();
    life.refused(new ConfigStreamError("internal", "Of old."));
    life.awaitsResync(false);
    const first = new ConfigStreamError("limit_exceeded", "It is too large.");
    life.refused(first);
    life.refused(new ConfigStreamError("bad_message", "It is none."));
    life.awaitsResync(true);
    await clock.advance(5_000);
    const [error] = given as ConfigStreamError[];
    expect(error).toMatchObject({ code: "limit_exceeded", cause: first });
    expect(error?.message).toMatch(
      /^It is too large\. The core agent sent no resync snapshot .* a message or state that/,
    );
  });

  it("is reopened for a snapshot once that is allowed, unless one comes by itself or it ends", async () => {
    const { life, clock, given } = newLife();
    life.snapshotCame();
    life.wantsSnapshot();
    await clock.advance(2_000);
    life.wantsSnapshot();
    await clock.advance(1_000);
    expect(given).toEqual(["wants a snapshot"]);
    for (const end of ["snapshotCame", "end"] as const) {
      const other = newLife();
      other.life.snapshotCame();
      other.life.wantsSnapshot();
      if (end === "end") other.life.awaitsResync(true);
      other.life[end]();
      expect(other.clock.pending).toBe(0);
    }
  });
});

it("streams are reopened at once the first time, and then only so often", async () => {
  const clock = new VirtualClock();
  const reopenings = new Reopenings(clock, 5_000);
  expect(reopenings.dueInMs()).toBe(0);
  expect(reopenings.happened()).toBe(true);
  expect(reopenings.dueInMs()).toBe(5_000);
  await clock.advance(2_000);
  expect(reopenings.dueInMs()).toBe(3_000);
  await clock.advance(9_000);
  expect(reopenings.dueInMs()).toBe(0);
  expect(reopenings.happened()).toBe(false);
});

it("credentials that never come end the wait with what was last in the way, in words and in fields", async () => {
  const clock = new VirtualClock();
  const missing = new ConfigStreamError("credentials", "There is no file.", { details: { path: "/run/token" } });
  const failures: string[] = [];
  const waited = readCredentials({
    params: { credentialsTimeoutMs: 5_000, credentialsPollMs: 2_000 },
    ports: { clock, credentials: { read: () => Promise.reject(missing) } },
    signal: new AbortController().signal,
    onFailure: ({ message }) => void failures.push(message),
  }).catch((error: unknown) => error);
  await clock.advance(10_000);
  expect(await waited).toMatchObject({
    code: "credentials",
    message: "Waited 5000 ms for usable credentials. There is no file.",
    details: { path: "/run/token", reason: "There is no file.", step: "credentials", waitedMs: 5_000 },
  });
  expect(failures).toEqual(["There is no file.", "There is no file."]);
});
