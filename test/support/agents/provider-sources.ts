/** A consumer as its providers see it: a region that an engine has written, and the rest as the test says. */
import { writeStatus } from "../../../src/memory/facts.js";
import type { Region } from "../../../src/memory/region.js";
import { regionNow } from "../../../src/memory/region-clock.js";
import type { ConfigValue, EngineStatus } from "../../../src/shared/types.js";
import type { ProviderSources } from "../../../src/worker/providers/sources.js";
import { VirtualClock } from "../engine/virtual-clock.js";
import { newRegion, TestWriter, testLimits } from "../memory/region.js";

export interface Given {
  readonly settings?: { readonly [key: string]: ConfigValue };
  /** Times that are written are ages in ms. */
  readonly status?: Partial<EngineStatus>;
  readonly sources?: Partial<ProviderSources>;
}

const quiet: EngineStatus = {
  state: "live",
  step: "done",
  attempt: 0,
  nextAttemptAtMs: undefined,
  sessionSinceMs: undefined,
  lastError: undefined,
};

const times = ["sessionSinceMs", "interruptedSinceMs", "cachedAtMs", "nextAttemptAtMs"] as const;

export function providerSources({ settings, status, sources }: Given = {}): ProviderSources & { region: Region } {
  const region = newRegion();
  if (settings !== undefined) new TestWriter(region).publish(settings);
  const written = { ...quiet, ...status } as { -readonly [name in keyof EngineStatus]: EngineStatus[name] };
  for (const name of times) if (written[name] !== undefined) written[name] = regionNow(region) - written[name];
  if (status !== undefined) writeStatus(region, written);
  return {
    params: { clientName: "test-agent", displayName: "Test", coreAgentAddress: "localhost:5001", limits: testLimits },
    clock: new VirtualClock(),
    credentials: { read: async () => ({ token: "t", certificate: "", privateKey: "" }) },
    logLines: () => [],
    trial: () => [],
    ...sources,
    region,
  };
}
