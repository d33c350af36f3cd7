/** Which commands there are. The code of each is loaded only when it is needed, because together they take a third of a second. */
import type { Command } from "commander";
import type { Io } from "./io.js";

/** Adds one command to the program. */
type Add = (program: Command, io: Io) => void;

/** How to load each command, by name. */
type Loaders = Readonly<Record<string, () => Promise<Add>>>;

/** By heading of the list of commands. */
const groups: Readonly<Record<string, Loaders>> = {
  "Look around:": {
    demo: async () => (await import("./commands/demo.js")).addDemo,
    watch: async () => (await import("./commands/watch.js")).addWatch,
    get: async () => (await import("./commands/get.js")).addGet,
    dump: async () => (await import("./commands/dump.js")).addDump,
    explain: async () => (await import("./commands/explain.js")).addExplain,
  },
  "When something is wrong:": {
    status: async () => (await import("./commands/status.js")).addStatus,
    doctor: async () => (await import("./commands/doctor.js")).addDoctor,
  },
  "For your code:": {
    types: async () => (await import("./commands/types.js")).addTypes,
    conformance: async () => (await import("./commands/conformance.js")).addConformance,
  },
  "A core agent of your own:": {
    agent: async () => (await import("./commands/agent.js")).addAgent,
    set: async () => (await import("./commands/set.js")).addSet,
    unset: async () => (await import("./commands/set.js")).addUnset,
    history: async () => (await import("./commands/history.js")).addHistory,
    diff: async () => (await import("./commands/history.js")).addDiff,
    rollback: async () => (await import("./commands/history.js")).addRollback,
    clients: async () => (await import("./commands/clients.js")).addClients,
    flare: async () => (await import("./commands/remote.js")).addFlare,
    command: async () => (await import("./commands/remote.js")).addCommand,
  },
  "A fleet:": { fleet: async () => (await import("./commands/fleet.js")).addFleet },
  "Shell:": { completion: async () => (await import("./commands/completion.js")).addCompletion },
};

/** Adds the commands that a command line needs: the one that it names, or all when it may be about any of them. */
export async function addCommands(program: Command, io: Io, args: readonly string[]): Promise<void> {
  const isNeeded = neededBy(args);
  for (const [heading, loaders] of Object.entries(groups)) {
    const needed = Object.entries(loaders).filter(([name]) => isNeeded(name));
    const adders = await Promise.all(needed.map(([, load]) => load()));
    program.commandsGroup(heading);
    for (const add of adders) add(program, io);
  }
}

/** Completion is about all commands, and so are help and what is no command. */
function neededBy([first = ""]: readonly string[]): (name: string) => boolean {
  if (first === "--version" || first === "-V") return () => false;
  const isKnown = Object.values(groups).some((loaders) => Object.hasOwn(loaders, first));
  return isKnown && first !== "completion" ? (name) => name === first : () => true;
}
