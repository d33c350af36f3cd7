/** The arguments of a scenario: one JSON object. */
export const args = JSON.parse(process.argv[2] ?? "{}");

/** Gives the scenario's result to the process that runs it. */
export function report(result) {
  console.log(JSON.stringify(result));
}
