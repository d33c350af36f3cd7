/** The registered remote agents, looked into by way of what they serve. */
import { ConfigStreamError, described, providerService } from "configstream-consumer/internal";
import type { AgentCredentials } from "../credentials/credentials.js";
import type { CommandResult, HeldByClient, RegisteredClient } from "./client.js";
import { heldByReport, heldIn, type Judgement, judge, type MainSection, silent, unconfirmed } from "./client-state.js";
import { argumentsOf, type Run, resultOf } from "./commands.js";
import { judging, type Layers } from "./judging.js";
import { callProvider } from "./provider-call.js";
import type { Registration, Registrations } from "./registrations.js";
import type { Reports } from "./reports.js";
import type { Sent } from "./sent.js";
import type { ClientVerdict } from "./verdict.js";

/** How long a remote agent may take for its status, and for anything else, in ms. */
const statusTimeoutMs = 2_000;
const answerTimeoutMs = 15_000;
/** Remote agents that are asked at a time. */
const maxAtOnce = 20;

export interface ClientsParts {
  readonly registrations: Registrations;
  readonly reports: Pick<Reports, "by">;
  readonly sent: Pick<Sent, "of">;
  /** Of the agent that runs; `undefined` before it started. */
  readonly credentials: () => AgentCredentials | undefined;
  readonly sequenceId: () => number;
}

export interface Clients {
  list(): Promise<readonly RegisteredClient[]>;
  flare(name: string): Promise<ReadonlyMap<string, Uint8Array>>;
  command(name: string, path: readonly string[], given: { readonly [name: string]: string }): Promise<CommandResult>;
  /** @param settings Layers as they would be, by key; none: the key would be gone. */
  judge(settings: Layers): Promise<readonly ClientVerdict[]>;
}

export function createClients({ registrations, reports, sent, credentials, sequenceId }: ClientsParts): Clients {
  const call = (client: Registration, service: string, method: string, request: object, timeoutMs: number) => {
    const present = credentials();
    if (present === undefined) throw new ConfigStreamError("stopped", "The core agent does not run.");
    return callProvider({ client, credentials: present, service, method, request, timeoutMs });
  };

  const look = async (client: Registration): Promise<RegisteredClient> => {
    const { sessionId, name, flavor, pid, sinceMs, services } = client;
    const { judgement, heldSettings } = await judged(client);
    const { issues, events } = reports.by(sessionId);
    return {
      name,
      flavor,
      pid,
      sinceMs,
      services,
      ...judgement,
      heldSettings: heldSettings ?? heldByReport(issues),
      sent: sent.of(sessionId),
      issues,
      events,
    };
  };
  const judged = async (client: Registration): Promise<Judged> => {
    // What it has not reached when it answers, it has not reached for sure: later changes do not count.
    const newest = sequenceId();
    if (!client.services.includes(providerService.status)) {
      return { judgement: unconfirmed(sent.of(client.sessionId), newest), heldSettings: undefined };
    }
    try {
      const [answer] = await call(client, providerService.status, "GetStatusDetails", {}, statusTimeoutMs);
      const { main_section, named_sections } = answer as StatusAnswer;
      const heldSettings = heldIn(named_sections?.[heldTitle]?.fields);
      return { judgement: judge(main_section?.fields ?? {}, newest, heldSettings), heldSettings };
    } catch (thrown) {
      return { judgement: silent(ConfigStreamError.from(thrown).message), heldSettings: undefined };
    }
  };

  const named = (wanted: string): Registration => {
    const all = registrations.present();
    const found = all.filter(({ name, flavor, pid }) => [name, flavor, pid].includes(wanted));
    const [only, another] = found;
    if (only === undefined) {
      const names = all.map(({ name }) => JSON.stringify(name)).join(", ") || "none";
      throw new ConfigStreamError(
        "invalid_option",
        `No remote agent ${typeof wanted === "string" ? JSON.stringify(wanted) : described(wanted)} is registered. There are: ${names}.`,
      );
    }
    if (another === undefined) return only;
    const pids = found.map(({ pid }) => pid).join(", ");
    throw new ConfigStreamError(
      "invalid_option",
      `Several remote agents are called ${JSON.stringify(wanted)}. Name one by its process id: ${pids}.`,
    );
  };

  const run: Run = async (client, path, given, timeoutMs) => {
    const request = { command_path: path, arguments: argumentsOf(given) };
    return resultOf(await call(client, providerService.command, "ExecuteCommand", request, timeoutMs));
  };
  /** Asks all, some at a time, in the order of their registration. */
  const each = async <T>(ask: (client: Registration) => Promise<T>): Promise<readonly T[]> => {
    const all = registrations.present();
    const answers: T[] = [];
    for (let at = 0; at < all.length; at += maxAtOnce) {
      answers.push(...(await Promise.all(all.slice(at, at + maxAtOnce).map(ask))));
    }
    return answers;
  };

  return {
    list: () => each(look),
    async flare(name) {
      const [answer] = await call(named(name), providerService.flare, "GetFlareFiles", {}, answerTimeoutMs);
      return new Map(
        Object.entries((answer as FlareAnswer).files ?? {}).map(([file, bytes]) => [safeName(file), bytes]),
      );
    },
    async command(name, path, given) {
      return await run(named(name), path, given, answerTimeoutMs);
    },
    judge: (settings) => each(judging(run, settings)),
  };
}

/** `heldSettings`: as its status lists them, if it has one. */
interface Judged {
  readonly judgement: Judgement;
  readonly heldSettings: readonly HeldByClient[] | undefined;
}

/** The section of a status that lists what is held. */
const heldTitle = "Held settings";

interface StatusAnswer {
  readonly main_section?: { readonly fields?: MainSection };
  readonly named_sections?: { readonly [title: string]: { readonly fields?: MainSection } };
}

interface FlareAnswer {
  readonly files?: { readonly [name: string]: Uint8Array };
}

/** A name that is a file's in one folder, whatever the remote agent calls it. */
function safeName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_") || "_";
}
