// Publishes ten times a second for ever, so that a loop that looks must see a change, whenever it began.
import { parentPort, workerData } from "node:worker_threads";
import { Region } from "../../../dist/memory/region.js";
import { RegionWriter } from "../../../dist/memory/writer/region-writer.js";

const limits = { maxKeys: 1_000, maxValueBytes: 2 ** 20, maxRegionBytes: 2 ** 24 };
const writer = new RegionWriter(new Region(workerData), limits, Date.now);
let number = 0;

function publish() {
  const changes = ["a", "b", "c"].map((key) => ({
    key,
    setting: { value: number, source: "file", layers: undefined },
    oldValue: number === 0 ? undefined : number - 1,
    valueChanged: true,
  }));
  number++;
  writer.publish({ sequenceId: number, origin: "o", changes });
}

publish();
parentPort.postMessage("ready");
setInterval(publish, 100);
