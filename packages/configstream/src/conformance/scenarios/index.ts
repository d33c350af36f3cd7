/** All scenarios for consumers. */
import { badInput } from "./bad-input.js";
import { changeSets } from "./change-sets.js";
import { dialects } from "./dialects.js";
import type { ConsumerScenario } from "./entry.js";
import { order } from "./order.js";
import { reconnect } from "./reconnect.js";
import { removal } from "./removal.js";
import { sessions } from "./sessions.js";
import { sizes } from "./sizes.js";
import { snapshots } from "./snapshots.js";
import { values } from "./values.js";

export const consumerScenarios: readonly ConsumerScenario[] = [
  ...order,
  ...snapshots,
  ...removal,
  ...values,
  ...dialects,
  ...sessions,
  ...reconnect,
  ...changeSets,
  ...badInput,
  ...sizes,
];
