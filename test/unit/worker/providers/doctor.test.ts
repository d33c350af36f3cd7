/** What the command doctor finds, from inside the worker. */
import { describe, expect, it } from "vitest";
import { count } from "../../../../src/memory/facts.js";
import { ConfigStreamError } from "../../../../src/shared/errors.js";
import { doctor } from "../../../../src/worker/providers/doctor.js";
import { type Given, providerSources } from "../../../support/agents/provider-sources.js";

async function findings(given: Given, ...counted: readonly ("discontinuities" | "checksumMismatches")[]) {
  const sources = providerSources(given);
  for (const counter of counted) count(sources.region, counter, 2);
  const { code, stdout = "" } = await doctor(sources);
  return { code, lines: stdout.replace(/\n$/, "").split("\n") };
}

const readable = "ok    Token and certificate can be read, and belong together.";

describe("doctor", () => {
  it("finds nothing wrong with a live stream, and says how old its session is and how much can be read", async () => {
    const { code, lines } = await findings({ settings: { a: 1, b: 2 }, status: { sessionSinceMs: 90_000 } });
    expect(lines).toEqual([
      readable,
      "ok    The stream of localhost:5001 is live.",
      expect.stringMatching(/^ok {4}The session is 1 min \d+ s old\.$/),
      "ok    2 settings can be read, sequence id 1.",
    ]);
    expect(code).toBe(0);
  });

  it("says since when settings do not follow, at which step, after how many attempts, and why", async () => {
    const lastError = { code: "unavailable", message: "Nothing listens.", atMs: 1 } as const;
    const { code, lines } = await findings({
      settings: { a: 1 },
      status: { state: "stale", step: "connection", attempt: 4, interruptedSinceMs: 90_000, lastError },
    });
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(
        /^fault Settings do not follow localhost:5001 for 1 min \d+ s: state stale, step "connection", 4 failed attempts\. Last error: Nothing listens\.$/,
      ),
      "ok    1 settings can be read, sequence id 1.",
    ]);
    expect(code).toBe(1);
  });

  it("takes a live stream whose states are refused for one that does not follow", async () => {
    const { code, lines } = await findings({ settings: { a: 1 }, status: { interruptedSinceMs: 5_000 } });
    expect(lines[1]).toMatch(/^fault Settings do not follow localhost:5001 for 5(\.\d)? s: state live/);
    expect(code).toBe(1);
  });

  it("says that no settings have arrived yet, without an outage where there was none", async () => {
    const { lines } = await findings({ status: { state: "connecting", step: "first snapshot" } });
    expect(lines.slice(1)).toEqual([
      'fault Settings do not follow localhost:5001: state connecting, step "first snapshot", 0 failed attempts.',
      "fault No settings have arrived yet.",
    ]);
  });

  it("notes that settings come from the cache file, and what should not happen too often, which is no fault yet", async () => {
    const { code, lines } = await findings({ settings: { a: 1 }, status: { cachedAtMs: 90_000 } }, "discontinuities");
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(/^note {2}They come from the cache file; confirmed 1 min \d+ s ago\.$/),
      "note  Since the start: 2 gaps in the sequence ids, each made good by a snapshot.",
    ]);
    expect(code).toBe(0);
  });

  it("calls a value that was damaged in memory a fault", async () => {
    const { code, lines } = await findings({ settings: { a: 1 }, status: {} }, "checksumMismatches");
    expect(lines.at(-1)).toBe("fault Since the start: 2 values whose checksum did not match; a defect of the library.");
    expect(code).toBe(1);
  });

  it("says why the credentials cannot be read", async () => {
    const read = () => Promise.reject(new ConfigStreamError("credentials", "The token file is empty."));
    const { code, lines } = await findings({ settings: { a: 1 }, status: {}, sources: { credentials: { read } } });
    expect([code, lines[0]]).toEqual([1, "fault The token file is empty."]);
  });
});
