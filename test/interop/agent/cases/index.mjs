// What the consumer promises, each promise put to the core agent written in Go. A case ends with the reader equal to the
// agent's state unless it says otherwise.
import { credentialsCases } from "./credentials.mjs";
import { pingsCases } from "./pings.mjs";
import { providersCases } from "./providers.mjs";
import { reportsCases } from "./reports.mjs";
import { sessionsCases } from "./sessions.mjs";
import { settingsCases } from "./settings.mjs";
import { streamsCases } from "./streams.mjs";

/** The two ways of serving, as main.go names them, and in words. */
export const ways = { "net-http": "under net/http", grpc: "by grpc-go's own listener" };

/**
 * `promise`: the sentence. `flags`: the agent's. `ways`: where not both apply. `aside`: it takes long and needs little, so it
 * runs beside the others.
 */
export const cases = [
  ...settingsCases,
  ...sessionsCases,
  ...streamsCases,
  ...credentialsCases,
  ...pingsCases,
  ...providersCases,
  ...reportsCases,
];
