/** The agent's end of the control socket. */
import { createHash, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { dirname } from "node:path";
import { ConfigStreamError, listenAt } from "configstream-consumer/internal";
import type { CoreAgent } from "../../core-agent/index.js";
import { clientsAnswer } from "./clients-control.js";
import { clientsPaths } from "./clients-protocol.js";
import { controlAddress, controlPath, maxRequestBytes } from "./control-protocol.js";
import { historyAnswer } from "./history-control.js";
import { historyPaths } from "./history-protocol.js";
import { settingsAnswer } from "./settings-control.js";

export interface ControlServer {
  close(): Promise<void>;
}

/**
 * Serves `set` and `unset` for a running agent. Without the socket the agent still works, so a failure is only reported.
 *
 * @param onChange Called after each request that changed something.
 */
export async function serveControl(
  agent: CoreAgent,
  onChange: () => void,
  warn: (message: string) => void,
): Promise<ControlServer | undefined> {
  const directory = dirname(agent.authTokenFile);
  const address = controlAddress(directory);
  if (address === undefined) {
    warn(`The path of ${directory} is too long for a control socket; "configstream set" and "unset" cannot be used.`);
    return undefined;
  }
  try {
    const token = (await readFile(agent.authTokenFile, "utf8")).trim();
    const server = createServer(handler(agent, token, onChange));
    await listenAt(server, address);
    return { close: () => close(server) };
  } catch (thrown) {
    warn(
      `The control socket ${address} cannot be used: ${reasonOf(thrown)}. "configstream set" and "unset" will fail.`,
    );
    return undefined;
  }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((done) => server.close(() => done()));
}

function handler(agent: CoreAgent, token: string, onChange: () => void) {
  const expected = digest(`Bearer ${token}`);
  return (request: IncomingMessage, response: ServerResponse): void => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    // Before the body is read, because nothing of a caller without the right is read.
    if (!timingSafeEqual(digest(request.headers.authorization ?? ""), expected)) {
      request.resume();
      answer(401, { error: "The token is missing or not that of this agent." });
      return;
    }
    const aboutClients = clientsAnswer(request.url);
    const aboutHistory = historyAnswer(request.url);
    const isKnown = request.url === controlPath || aboutClients !== undefined || aboutHistory !== undefined;
    if (request.method !== "POST" || !isKnown) {
      request.resume();
      answer(404, {
        error: `The agent knows only POST, to ${[controlPath, ...Object.values(clientsPaths), ...Object.values(historyPaths)].join(", ")}.`,
      });
      return;
    }
    if (aboutClients !== undefined) {
      readBody(request)
        .then(async (text) => answer(200, await aboutClients(agent, text)))
        .catch((thrown: unknown) => answer(400, { error: reasonOf(thrown) }));
      return;
    }
    if (aboutHistory !== undefined) {
      readBody(request)
        .then((text) => {
          const { sequenceId } = agent;
          const result = aboutHistory(agent, text);
          if (agent.sequenceId !== sequenceId) onChange();
          answer(200, result);
        })
        .catch((thrown: unknown) => answer(400, { error: reasonOf(thrown) }));
      return;
    }
    readBody(request)
      .then(async (text) => answer(200, await settingsAnswer(agent, text, onChange)))
      .catch((thrown: unknown) => answer(400, { error: reasonOf(thrown) }));
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxRequestBytes) throw new Error(`The request is larger than ${maxRequestBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** The message of the library's errors only, and the code of the system's: other messages may quote a value. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof ConfigStreamError) return thrown.message;
  if (thrown instanceof SyntaxError) return "The request is not valid JSON.";
  const { code, message } = thrown as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return "something else is in its place, such as another agent with this data directory";
  return code ?? message;
}
