/** Refuses callers before their message is read. */
import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder } from "@grpc/grpc-js";
import type { Authorizer } from "./auth.js";

/** Looks at the token before a message is read, so that nothing is buffered on behalf of an unknown caller. */
export function refuseEarly(authorize: Authorizer): ServerInterceptor {
  return (_method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next(
          new ServerListenerBuilder()
            .withOnReceiveMetadata((metadata, pass) => {
              const denied = authorize(metadata);
              if (denied === undefined) pass(metadata);
              else call.sendStatus(denied);
            })
            .build(),
        ),
    });
}
