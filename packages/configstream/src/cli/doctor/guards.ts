/** Whether the settings meet the guards of an application: judged by a consumer, as the application would. */
import { createConsumer } from "configstream-consumer";
import { startAndWait } from "../connection/connection.js";
import { consumerOptions } from "../connection/options.js";
import { plural } from "../terminal/format.js";
import { type DoctorContext, need } from "./context.js";
import { type Check, ok, warn } from "./run.js";

/** Most keys that are named. */
const mostNamed = 20;

export function guardsCheck(guards: string): Check<DoctorContext> {
  return {
    id: "guards",
    title: "Guards",
    needs: ["snapshot"],
    advice: "Correct the guards file, or the settings.",
    async run({ place, snapshotTimeoutMs }) {
      const timeout = snapshotTimeoutMs / 1_000;
      const consumer = createConsumer(consumerOptions(need(place, "place"), { timeout, guards }));
      try {
        await startAndWait(consumer, snapshotTimeoutMs, AbortSignal.timeout(snapshotTimeoutMs * 2));
        const { held, keys } = consumer.status();
        if (held.length === 0) return ok(`${plural(keys, "setting")} meet the guards of ${guards}`);
        const named = held.slice(0, mostNamed).map(({ key, rule, source }) => `${key} of "${source}" ${rule}`);
        const others = held.length > named.length ? `, and ${held.length - named.length} more` : "";
        return warn(
          `${plural(held.length, "setting")} would be held: ${named.join("; ")}${others}`,
          "correct them at the core agent; an application with these guards keeps its last good values meanwhile.",
        );
      } finally {
        await consumer.stop();
      }
    },
  };
}
