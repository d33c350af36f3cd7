// Which agents are trusted, and which ones get the token.
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { check } from "../trial.mjs";

export const credentialsCases = [
  {
    promise: "the judge is strict: no connection without a client certificate, and files that only the owner can read",
    async run(t) {
      await t.startAgent();
      for (const file of [t.directory.tokenFile, t.directory.certFile]) {
        check((statSync(file).mode & 0o777) === 0o600, `${file} can be read by others`);
      }
      const outcome = await strangersConnection(t.agent.address, readFileSync(t.directory.certFile));
      check(/certificate required|handshake failure|bad certificate/i.test(outcome), `a stranger got: ${outcome}`);
    },
  },
  {
    promise: "an agent that comes back with a new token and certificate is found again",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      await t.agent.kill();
      t.directory.forgetCredentials();
      await observed.reached(({ lastError }) => lastError?.code === "credentials", "the missing files do not show");
      await t.startAgent();
      await t.settled(observed);
    },
  },
  {
    promise: "a wrong token is refused and named as the reason, and the right one is taken up without a restart",
    async run(t) {
      await t.startAgent();
      const own = t.ownDirectory();
      writeFileSync(own.tokenFile, "0".repeat(64), { mode: 0o600 });
      const observed = await t.startConsumer({ authTokenFile: own.tokenFile });
      const error = await failure(observed.consumer.waitReady({ timeoutMs: 1_500 }));
      check(error.code === "timeout", `waitReady failed with ${error.code}`);
      check(/token/i.test(error.message), `the reason does not name the token: ${error.message}`);
      check(observed.status().state === "failed", `the state is ${observed.status().state}`);
      const seen = await t.agent.report();
      check(seen.registrations.length === 0 && seen.streamsOpened === 0, "the agent let it in");
      check(
        seen.refusals.Unauthenticated >= 1 && seen.refusals.Unauthenticated < 20,
        "it asked in a hot loop, or never",
      );
      own.take(t.directory, "auth_token");
      await t.settled(observed);
    },
  },
  {
    promise:
      "an agent with a foreign certificate is not trusted, and the right certificate is taken up without a restart",
    async run(t) {
      await t.startAgent();
      const foreign = await t.foreignDirectory();
      const observed = await t.startConsumer({ ipcCertFile: foreign.certFile });
      const error = await failure(observed.consumer.waitReady({ timeoutMs: 1_500 }));
      check(/certificate/i.test(error.message), `the reason does not name the certificate: ${error.message}`);
      const seen = await t.agent.report();
      check(Object.keys(seen.requests).length === 0, "it sent a request");
      foreign.take(t.directory, "ipc_cert.pem");
      await t.settled(observed);
    },
  },
  {
    promise: "somebody who pretends to be the agent, with another certificate and open to all, is told nothing",
    async run(t) {
      await t.startAgent();
      await t.agent.kill();
      await t.startAgent({ anybody: true }, t.ownDirectory());
      const observed = await t.startConsumer();
      const error = await failure(observed.consumer.waitReady({ timeoutMs: 1_500 }));
      check(/certificate/i.test(error.message), `the reason does not name the certificate: ${error.message}`);
      const seen = await t.agent.report();
      check(seen.connections > 0, "it did not even try");
      check(Object.keys(seen.requests).length === 0, "it sent a request");
      await t.agent.kill();
      await t.startAgent();
      await t.settled(observed);
    },
  },
  {
    promise: "credentials that are not there yet are waited for",
    async run(t) {
      await t.startAgent();
      const own = t.ownDirectory();
      const observed = await t.startConsumer({ authTokenFile: own.tokenFile, ipcCertFile: own.certFile });
      await observed.reached(({ lastError }) => lastError?.code === "credentials", "the missing files do not show");
      own.take(t.directory, "ipc_cert.pem");
      await sleep(200);
      own.take(t.directory, "auth_token");
      chmodSync(own.tokenFile, 0o600);
      await t.settled(observed);
    },
  },
];

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("what should have failed did not");
}

/** What a TLS client without a certificate of its own gets. */
function strangersConnection(address, ca) {
  const [host, port] = address.split(":");
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), ca, servername: "localhost", ALPNProtocols: ["h2"] });
    const end = (outcome) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setTimeout(5_000, () => end("silence"));
    socket.once("secureConnect", () => socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"));
    socket.once("data", () => end("an answer"));
    socket.once("error", (error) => end(error.message));
    socket.once("close", () => end("closed"));
  });
}
