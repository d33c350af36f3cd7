// This library as `configstream conformance consumer` judges it: prints its settings after each change and for each line of standard
// input. `configstream conformance consumer -- node examples/conformance/consumer.mjs`.
import { createInterface } from "node:readline";
import { createConsumer } from "configstream-consumer";

const consumer = createConsumer({ clientName: "conformance" });
await consumer.start();

/** All of one publish, and never older than what was printed before. */
function print() {
  const view = consumer.reader().view();
  const settings = {};
  const sources = {};
  if (consumer.status().ready) {
    for (const key of view.allKeysLowercased()) {
      if (!key.startsWith("conformance.")) continue;
      settings[key] = view.get(key);
      sources[key] = view.getSource(key);
    }
    console.log(JSON.stringify({ settings, sources }));
  } else console.log('{"settings":null}');
}

consumer.changeSets({ onChange: print });
for await (const _question of createInterface({ input: process.stdin })) print();
await consumer.stop();
