// Names of the rows that the first page of the report finds again.

export const getIntName = "getInt against Map.get, constant key, 1,000 settings";
export const handleName = "handle.value against Map.get, constant key";

export function peerName(subject, peer) {
  return `${subject} against ${peer}, one key`;
}

export function mainCpuName(rate) {
  return `main-thread CPU at ${rate.toLocaleString("en")} updates/s, against in-thread`;
}

export function stallName(settings) {
  return `longest main-thread stall, resync of ${settings}, against in-thread`;
}

/** Names of the rows of what a process takes. */
export const processNames = {
  nothing: "Node.js alone",
  import: "with the library imported",
  mock: "with a mock consumer",
  inThread: "with an in-thread consumer",
  library: "with this library's consumer and its worker",
};
