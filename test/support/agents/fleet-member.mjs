// One remote agent of a fleet, as a process: a consumer, or with "holds" in place of "serves" a remote agent made of the worker's own
// parts, which says of one key that it is held. Says "ready" when it has its first state; ends with its parent.
import { join } from "node:path";
import { createConsumer } from "configstream-consumer";

const [name, role, port, dataDir] = process.argv.slice(2);
const place = {
  coreAgentAddress: `127.0.0.1:${port}`,
  authTokenFile: join(dataDir, "auth_token"),
  ipcCertFile: join(dataDir, "ipc_cert.pem"),
};

async function consume() {
  const consumer = createConsumer({ clientName: name, ...place, serve: role === "serves" });
  await consumer.start();
  await consumer.waitReady();
}

/** As a worker does, with a held setting that no guard has found. */
async function hold() {
  const worker = new URL("../../../dist/worker/", import.meta.url).href;
  const [{ createGrpcTransport }, { createProviders }, { Reporter }, { createCredentialsReader }] = await Promise.all(
    ["link/transport", "providers/providers", "reporting/reporter", "link/credentials"].map(
      (path) => import(`${worker}${path}.js`),
    ),
  );
  const memory = new URL("../../../dist/memory/", import.meta.url).href;
  const { Region, createRegionMemory } = await import(`${memory}region.js`);
  const { RegionWriter } = await import(`${memory}writer/region-writer.js`);
  const { systemClock } = await import(new URL("../../../dist/shared/clock.js", import.meta.url).href);
  const { writeStatus } = await import(`${memory}facts.js`);
  const limits = { maxKeys: 1_000, maxValueBytes: 2 ** 20, maxRegionBytes: 2 ** 24 };
  const params = {
    ...place,
    clientName: name,
    displayName: name,
    tls: true,
    session: { kind: "register" },
    limits,
    callTimeoutMs: 5_000,
    maxReceiveMessageBytes: 2 ** 24,
    keepaliveIntervalMs: 30_000,
    keepaliveTimeoutMs: 10_000,
    keepaliveRefusedIntervalMs: 330_000,
  };
  const region = new Region(createRegionMemory(limits.maxRegionBytes));
  const writer = new RegionWriter(region, limits, Date.now);
  const reader = createCredentialsReader(params, systemClock, () => {});
  const credentials = await reader.read();
  const log = () => {};
  let sequenceId = 0;
  const held = () => [{ key: "log_level", rule: "a known level", sinceMs: Date.now(), source: "cli", sequenceId }];
  const sources = { params, region, clock: systemClock, credentials: reader, logLines: () => [], held };
  const serving = {
    address: { kind: "tcp", host: "127.0.0.1", port: 0 },
    maxCallsPerSecond: 100,
    maxAnswerBytes: 2 ** 22,
  };
  const providers = createProviders(serving, sources, log);
  const endpoint = await providers.open(credentials);
  const connection = createGrpcTransport(params).connect(credentials);
  const { sessionId } = await connection.register(
    { clientName: name, displayName: name, endpoint },
    { deadlineMs: 5_000 },
  );
  providers.answerAs(sessionId);
  new Reporter(params, { clock: systemClock, random: Math.random, log, held }).reportOver(connection, sessionId);
  await new Promise((ready, fail) => {
    connection.openStream(
      { clientName: name, sessionId },
      {
        onEvent(event) {
          ({ sequenceId } = event);
          const publication = { origin: event.origin, sequenceId, changes: [] };
          writer.prepare(publication);
          writer.publish(publication);
          writeStatus(region, { state: "live", step: "done", attempt: 0 });
          ready();
        },
        onBadMessage: fail,
        onEnd: fail,
      },
    );
  });
}

process.stdin.on("end", () => process.exit()).resume();
await (role === "holds" ? hold() : consume());
process.stdout.write("ready\n");
