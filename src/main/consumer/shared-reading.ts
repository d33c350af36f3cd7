/** What a consumer's reader and its change sets share: one copy of all settings in this thread, and one list of what it cannot read. */
import { Mirror } from "../../memory/reader/mirror.js";
import type { Region } from "../../memory/region.js";
import { Unreadable } from "../reader/unreadable.js";
import { createView } from "../reader/view.js";
import type { SubscriptionsPorts } from "../subscriptions/subscriptions.js";

export class SharedReading implements Pick<SubscriptionsPorts, "state" | "view"> {
  readonly mirror: Mirror;
  readonly unreadable: Unreadable;

  constructor(region: Region) {
    this.mirror = new Mirror(region);
    this.unreadable = new Unreadable(region);
  }

  readonly state: SubscriptionsPorts["state"] = () => this.mirror.state();

  readonly view: SubscriptionsPorts["view"] = (state) => createView(state, this.unreadable);
}
