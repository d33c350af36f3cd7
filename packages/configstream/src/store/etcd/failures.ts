/** What a failed call to etcd means, from gRPC's status. Pure. */
import { type ServiceError, status } from "@grpc/grpc-js";
import { StoreError, type StoreFault } from "./connection.js";

const faults: { readonly [code: number]: StoreFault } = {
  [status.UNAUTHENTICATED]: "refused",
  [status.PERMISSION_DENIED]: "refused",
  [status.OUT_OF_RANGE]: "compacted",
  [status.RESOURCE_EXHAUSTED]: "too_large",
  [status.INVALID_ARGUMENT]: "invalid",
};

/** etcd gives both with the code of a wrong argument: a wrong password, and a token from before users or roles were changed. */
const refusals = ["authentication failed", "revision of auth store is old", "user name is empty"];
/** More operations in one transaction than the members take (--max-txn-ops). */
const tooMany = "too many operations";

const refusedAdvice = "Check user, password and client certificate, and what the cluster lets that user do.";

/** The sentence quotes what etcd said: it names neither values nor passwords. */
export function storeError(endpoint: string, error: ServiceError): StoreError {
  const { code, details } = error;
  const said = (details || error.message).replace(/ Resolution note: .*$/, "").replace(/\.$/, "");
  const fault = refusals.some((text) => said.includes(text)) ? "refused" : (faults[code] ?? "unavailable");
  if (said.includes(tooMany)) {
    return new StoreError(
      "invalid",
      `The store at ${endpoint} takes fewer changes in one transaction (--max-txn-ops).`,
    );
  }
  // etcd gives the code of a message that is too large for a busy or a full member as well.
  const busy = code === status.RESOURCE_EXHAUSTED && !/larger than max/.test(said);
  const advice = fault === "refused" ? ` ${refusedAdvice}` : "";
  return new StoreError(busy ? "unavailable" : fault, `The store at ${endpoint} failed: ${said}.${advice}`);
}
