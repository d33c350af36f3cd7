/** Runs checks one after the other; a check that depends on a failed one is skipped, with the reason. No I/O. */
import { ConfigStreamError } from "configstream-consumer/internal";
import { CommandFailure } from "../exit.js";

/** What a check found. */
export interface Finding {
  readonly outcome: "ok" | "warn" | "fail";
  /** One sentence, or what was found. Holds no token, key or value. */
  readonly detail: string;
  /** What to do; only of warnings and failures. */
  readonly advice?: string;
}

/** A check that works on the context that earlier checks have filled. */
export interface Check<Context> {
  readonly id: string;
  readonly title: string;
  /** Ids of checks that must have passed. */
  readonly needs: readonly string[];
  /** What to do about a failure that has no advice of its own. */
  readonly advice: string;
  /** What it throws counts as a failure. */
  run(context: Context): Promise<Finding>;
}

export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: Finding["outcome"] | "skip";
  readonly detail: string;
  readonly advice: string | undefined;
  /** How long it took, in ms; 0 when skipped. */
  readonly ms: number;
}

export interface Diagnosis {
  /** Nothing failed. */
  readonly ok: boolean;
  readonly results: readonly CheckResult[];
  /** The first failure: what to fix first. */
  readonly cause: CheckResult | undefined;
}

/** @param now In ms, monotonic. @param onResult Called after each check. */
export async function runChecks<Context>(
  checks: readonly Check<Context>[],
  context: Context,
  now: () => number,
  onResult: (result: CheckResult) => void,
): Promise<Diagnosis> {
  const results: CheckResult[] = [];
  const passed = new Set<string>();
  for (const check of checks) {
    const ground = check.needs.find((id) => !passed.has(id));
    const result = ground === undefined ? await runOne(check, context, now) : skipped(check, ground, checks);
    if (result.outcome === "ok" || result.outcome === "warn") passed.add(check.id);
    results.push(result);
    onResult(result);
  }
  const cause = results.find(({ outcome }) => outcome === "fail");
  return { ok: cause === undefined, results, cause };
}

async function runOne<Context>(check: Check<Context>, context: Context, now: () => number): Promise<CheckResult> {
  const { id, title } = check;
  const startedAtMs = now();
  let finding: Finding;
  try {
    finding = await check.run(context);
  } catch (thrown) {
    finding = failedBy(thrown);
  }
  const { outcome, detail, advice = outcome === "fail" ? check.advice : undefined } = finding;
  return { id, title, outcome, detail, advice, ms: now() - startedAtMs };
}

function skipped<Context>(
  { id, title }: Check<Context>,
  ground: string,
  checks: readonly Check<Context>[],
): CheckResult {
  const name = checks.find((check) => check.id === ground)?.title ?? ground;
  return { id, title, outcome: "skip", detail: `skipped: "${name}" must pass first`, advice: undefined, ms: 0 };
}

export function ok(detail: string): Finding {
  return { outcome: "ok", detail };
}

export function warn(detail: string, advice: string): Finding {
  return { outcome: "warn", detail, advice };
}

/** A failure, and what to do about it; without advice, that of the check counts. */
export function failed(detail: string, advice?: string): Finding {
  return { outcome: "fail", detail, ...(advice === undefined ? {} : { advice }) };
}

/**
 * A failure of the library's, which knows what to do about it, or of the command's. Of any other error without its message, which may
 * quote anything.
 */
export function failedBy(thrown: unknown, advice?: string): Finding {
  if (thrown instanceof CommandFailure) return failed(thrown.message, advice);
  const error = ConfigStreamError.from(thrown);
  const { what = error.message, advice: known } = error.details;
  return failed(advice === undefined ? what : error.message, advice ?? known);
}
