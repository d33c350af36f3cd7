/* What runs in each thread of the pool. */
import { attachReader } from "configstream-consumer";
import { workerData } from "piscina";

const percent = attachReader(workerData).setting("shop.discount_percent").asInt(0);

/** The price after the discount that holds at this moment. */
export function discounted(price) {
  return (price * (100 - percent.value)) / 100;
}
