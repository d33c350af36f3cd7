// A small consumer of the contract without this library, as `configstream conformance consumer` judges it. It makes one mistake,
// if it is told to; `faults.ts` has them all.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import { loadContract } from "../../../packages/configstream/build/core-agent/contract.js";
import { State } from "./state.mjs";

const contract = loadContract();
const older = contract["datadog.api.v1.AgentSecure"];
const newer = contract["datadog.remoteagent.v1.RemoteAgent"];
const noSession = [status.UNAUTHENTICATED, status.PERMISSION_DENIED, status.NOT_FOUND];
const gapPatienceMs = 2_000;
const pauseMs = 300;

/** Lives until `lines` end. Its settings go to `write`, after each change and for each line; what it complains of goes to `complain`. */
export async function consume({ fault, env, lines, write, complain }) {
  const has = (name) => name === fault;
  const { DD_CMD_HOST, DD_CMD_PORT, DD_AUTH_TOKEN_FILE_PATH, DD_IPC_CERT_FILE_PATH } = env;
  const state = new State(has, print);
  let isAway = false;
  let isOver = false;
  let token = "";
  let session;
  let endStream = () => {};

  function print() {
    const settings = state.isReady && !(isAway && has("forgets while away")) ? state.settings() : null;
    write(`${JSON.stringify({ settings })}\n`);
  }

  function connect() {
    if (!has("keeps its first token") || token === "") token = readFileSync(DD_AUTH_TOKEN_FILE_PATH, "utf8").trim();
    if (has("prints its token")) complain(`connecting with ${token}\n`);
    const pem = readFileSync(DD_IPC_CERT_FILE_PATH);
    const limit = has("takes 4 MiB only") ? 4 * 1024 * 1024 : 128 * 1024 * 1024;
    return new Client(`${DD_CMD_HOST}:${DD_CMD_PORT}`, credentials.createSsl(pem, pem, pem), {
      "grpc.max_receive_message_length": limit,
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  function metadata(more = {}) {
    const made = new Metadata();
    made.set("authorization", `Bearer ${token}`);
    for (const [name, value] of Object.entries(more)) made.set(name, value);
    return made;
  }

  function call(client, { path, requestSerialize, responseDeserialize }, message) {
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, message, metadata(), (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
    });
  }

  async function register(client) {
    const message = {
      pid: String(process.pid),
      flavor: "small",
      display_name: "small",
      api_endpoint_uri: "https://small",
    };
    try {
      if (has("knows the older registry only")) throw Object.assign(new Error(), { code: status.UNIMPLEMENTED });
      return await call(client, newer.RegisterRemoteAgent, message);
    } catch (error) {
      if (error.code !== status.UNIMPLEMENTED) throw error;
      return await call(client, older.RegisterRemoteAgent, message);
    }
  }

  async function refresh(client, { session_id }) {
    try {
      await call(client, newer.RefreshRemoteAgent, { session_id });
    } catch (error) {
      if (error.code === status.UNIMPLEMENTED) await call(client, older.RefreshRemoteAgent, { session_id });
      else throw error;
    }
  }

  /** One stream, until it ends. Rejects with what ended it. */
  function follow(client) {
    return new Promise((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = older.StreamConfigEvents;
      const stream = client.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { name: "small" },
        metadata({ session_id: session.session_id }),
      );
      state.newStream();
      let patience;
      const interval = setInterval(
        () => {
          if (has("never refreshes")) return;
          refresh(client, session).catch((error) => {
            if (error.code === status.NOT_FOUND && !has("keeps a lost session")) end(error);
          });
        },
        (session.recommended_refresh_interval_secs || 10) * 1_000,
      );
      const end = (error) => {
        clearInterval(interval);
        clearTimeout(patience);
        stream.removeAllListeners("data");
        stream.cancel();
        error ? reject(error) : resolve();
      };
      endStream = end;
      stream.on("data", (event) => {
        const outcome = state.take(event);
        if (outcome === "applied") clearTimeout(patience);
        if (outcome === "ambiguous") end();
        if (outcome === "gap" && !has("waits for ever after a gap")) patience ??= setTimeout(end, gapPatienceMs);
      });
      stream.on("error", end);
      stream.on("end", () => end());
    });
  }

  async function live() {
    while (!isOver) {
      const client = connect();
      try {
        session ??= await register(client);
        isAway = false;
        await follow(client);
      } catch (error) {
        if (noSession.includes(error.code) && !has("keeps a lost session")) session = undefined;
      }
      isAway = true;
      client.close();
      if (isOver || has("gives up at the end of a stream")) return;
      await sleep(has("hammers") ? 5 : pauseMs);
    }
  }

  void live();
  for await (const _line of lines) print();
  isOver = true;
  endStream();
}
