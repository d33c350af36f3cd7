/** Who may call, and how sessions are given out. */
import { randomUUID } from "node:crypto";
import { grpcCode } from "configstream-consumer/internal/link";
import { Deviation } from "../deviation.js";
import type { Scenario } from "../scenario.js";
import type { AgentTrial } from "./trial.js";

const group = "access";
const refusals = [grpcCode.unauthenticated, grpcCode.permissionDenied];

export const access: readonly Scenario<AgentTrial>[] = [
  {
    id: "token-required",
    group,
    promise: "A call with another token is refused.",
    async run(trial) {
      await trial.refused(trial.register(trial.connect(`not-the-token-${randomUUID()}`)), refusals);
    },
  },
  {
    id: "registers",
    group,
    promise: "A registration is answered with a session id, another one each time.",
    async run(trial) {
      const connection = trial.connect();
      const [first, second] = [await trial.register(connection), await trial.register(connection)];
      if (first.sessionId === "") throw new Deviation("a session id", "none");
      if (first.sessionId === second.sessionId) throw new Deviation("two session ids", "the same one twice");
    },
  },
  {
    id: "refreshes",
    group,
    promise: "A session can be refreshed, and a refresh of an unknown one is answered with NOT_FOUND.",
    async run(trial) {
      const connection = trial.connect();
      const { sessionId } = await trial.register(connection);
      await trial.refresh(connection, sessionId);
      await trial.refused(trial.refresh(connection, randomUUID()), [grpcCode.notFound]);
    },
  },
  ...["", randomUUID()].map(
    (sessionId): Scenario<AgentTrial> => ({
      id: sessionId === "" ? "stream-without-session" : "stream-of-unknown-session",
      group,
      promise: `A stream ${sessionId === "" ? "without a session" : "of a session that was never given out"} is refused.`,
      async run(trial) {
        const stream = trial.openStream(trial.connect(), sessionId);
        const expected = "UNAUTHENTICATED or PERMISSION_DENIED";
        await trial.until(
          () => stream.end !== undefined || stream.mirror.events > 0,
          expected,
          () => "no answer",
        );
        if (stream.end === undefined) throw new Deviation(expected, "settings");
        await trial.refused(
          stream.end.error === undefined ? Promise.resolve() : Promise.reject(stream.end.error),
          refusals,
        );
      },
    }),
  ),
];
