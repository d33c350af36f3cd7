/** Puts the parts of guarding together: the rules, the gate, the region that remembers what is held, and the reports. */
import { count } from "../../memory/facts.js";
import { confirmHeld, readHeld, writeHeld } from "../../memory/held.js";
import { header } from "../../memory/layout.js";
import { KeyReader } from "../../memory/reader/key-reader.js";
import type { Region } from "../../memory/region.js";
import type { Clock } from "../../shared/clock.js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { Guards } from "../../shared/guards/guard-rule.js";
import { type ReadyGuards, readyGuards } from "../../shared/guards/read-guards.js";
import type { HeldChange, HeldSetting } from "../../shared/held-setting.js";
import type { EngineParams } from "../../shared/params.js";
import type { ConfigValue } from "../../shared/types.js";
import { equalValues } from "../../shared/values/equality.js";
import type { EngineLog } from "../ports.js";
import { Defaults } from "../settings/defaults.js";
import { Gate, type HeldNews } from "./gate.js";
import { GuardFileWatch } from "./guard-file-watch.js";
import type { Published } from "./held.js";
import { logHeld } from "./log.js";
import { type Rules, rulesOf } from "./verdicts.js";

type Params = Pick<EngineParams, "guards" | "required" | "overrides" | "clientName" | "defaults">;

export interface GuardingPorts {
  readonly region: Region;
  readonly clock: Clock;
  readonly log: EngineLog;
  /** Other rules than before stand in the guards file, and are in order. */
  readonly onRules?: ((rules: Guards) => void) | undefined;
  /** Keys are held, or have healed. */
  readonly onHeld?: ((change: HeldChange) => void) | undefined;
}

export interface Guarding {
  readonly gate: Gate;
  /** All that are held now. */
  held(): readonly HeldSetting[];
  /** To be called now and then, see `confirmLatch`. */
  confirm(): void;
  /** Follows the guards file, if there is one: `judgeBy` takes the new rules. */
  start(judgeBy: (rules: Rules) => void): void;
  stop(): void;
}

/** `undefined` when there is nothing to judge by. Throws `InvalidOptionError` for guards that are wrong. */
export function createGuarding(params: Params, ports: GuardingPorts): Guarding | undefined {
  const { guards, required = [] } = params;
  if (guards === undefined && required.length === 0) return undefined;
  const { region, clock, log, onRules } = ports;
  const rules = (ready: ReadyGuards): Rules => rulesOf(ready, required, copiesOf(params));
  let judgeBy: ((rules: Rules) => void) | undefined;
  const watch =
    guards?.file === undefined
      ? undefined
      : new GuardFileWatch(guards.file, {
          clock,
          log,
          onChange(content) {
            onRules?.(content.rules);
            judgeBy?.(rules(content.guards));
          },
        });
  // What the file holds by now, where this worker replaces another one; when that is wrong, what was last in force.
  const found = watch?.look();
  if (found !== undefined && !equalValues(found.rules as ConfigValue, guards?.rules as ConfigValue)) {
    onRules?.(found.rules);
  }
  const ready = found?.guards ?? readyGuards(guards?.rules ?? {});
  let all: readonly HeldSetting[] = readHeld(region);
  let isWritten = false;
  const gate = new Gate(rules(ready), {
    published: reading(region, params.defaults),
    isNew: () => region.load(header.arena) === 0,
    now: () => clock.now(),
    before: all,
    report(news) {
      all = requiredFirst(news.all, new Set(required));
      tell(news, all, ports);
      isWritten = true;
    },
  });
  return {
    gate,
    held: () => all,
    confirm() {
      if (isWritten) confirmHeld(region, all);
    },
    start(take) {
      judgeBy = take;
      watch?.start();
    },
    stop: () => watch?.stop(),
  };
}

function tell(
  { held, fresh, healed, values }: HeldNews,
  all: readonly HeldSetting[],
  { region, log, onHeld }: GuardingPorts,
): void {
  if (values > 0) count(region, "heldValues", values);
  try {
    writeHeld(region, all);
  } catch (thrown) {
    log("error", ConfigStreamError.from(thrown).message);
  }
  logHeld(fresh, healed, log);
  if (held.length > 0 || healed.length > 0) onHeld?.({ held, healed });
}

function copiesOf({ overrides, clientName }: Params) {
  return overrides.filter((rule) => rule.clientName === clientName);
}

/** The list in the region is short: those that a caller waits for come first. */
function requiredFirst(all: readonly HeldSetting[], required: ReadonlySet<string>): readonly HeldSetting[] {
  if (required.size === 0) return all;
  const isRequired = ({ key }: HeldSetting) => required.has(key);
  return [...all.filter(isRequired), ...all.filter((held) => !isRequired(held))];
}

/** What readers see of a key; before anything is published, what they will see if the core agent's value is bad. */
function reading(region: Region, defaults: Params["defaults"]): (key: string) => Published | undefined {
  const keys = new KeyReader(region);
  const values = new Defaults(defaults);
  return (key) => {
    const { value, source, layers, sequenceId } = keys.entry(key).state;
    if (value !== undefined) return { setting: { value, source, layers }, sequenceId };
    const setting = values.below(key, undefined);
    return setting && { setting, sequenceId: 0 };
  };
}
