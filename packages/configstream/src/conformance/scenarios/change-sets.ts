/** Settings that change together. */
import { snapshot, type Values } from "../scripted/messages.js";
import type { ConsumerScenario } from "./entry.js";

const keys = 500;
const rounds = 30;
/** Between two sets, so that there is something to see between them. */
const betweenMs = 20;

function all(number: number): Values {
  return Object.fromEntries(Array.from({ length: keys }, (_unused, index) => [`k${index}`, number]));
}

export const changeSets: readonly ConsumerScenario[] = [
  {
    id: "change-set-whole",
    group: "change sets",
    promise: `A snapshot that changes ${keys} settings is seen whole or not at all, ${rounds} times in a row.`,
    async run(trial) {
      await trial.begin(all(1));
      const numbers = Array.from({ length: rounds }, (_unused, index) => index + 2);
      const sent = numbers.map((number) => snapshot(number, all(number)));
      const reached = trial.reaches(all(rounds + 1), { via: numbers.map(all) });
      const sending = (async () => {
        for (const bytes of sent) {
          trial.send(bytes);
          await new Promise((resolve) => setTimeout(resolve, betweenMs));
        }
      })();
      await Promise.all([reached, sending]);
    },
  },
];
