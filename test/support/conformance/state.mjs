// What the small consumer of the conformance tests knows. `has(fault)` says which mistake it makes.

const lowest = ["schema", "default", "unknown"];
const highest = [
  "infra-mode",
  "file",
  "environment-variable",
  "fleet-policies",
  "config-post-init",
  "secret",
  "local-config-process",
  "agent-runtime",
  "remote-config",
  "cli",
];
const rankOf = (source) => {
  if (lowest.includes(source)) return lowest.indexOf(source);
  return highest.includes(source) ? lowest.length + 1 + highest.indexOf(source) : lowest.length;
};

export class State {
  /** Key to its layers: source to value. */
  #keys = new Map();
  #sequenceId;
  #has;
  #onChange;

  constructor(has, onChange) {
    this.#has = has;
    this.#onChange = onChange;
  }

  isReady = false;

  newStream() {
    if (!this.#has("remembers ids over streams")) this.#sequenceId = undefined;
  }

  /** Gives "applied", "dropped", "gap", or "ambiguous": a snapshot is needed. */
  take(event) {
    if (event.snapshot) return this.#snapshot(event.snapshot);
    if (event.update) return this.#update(event.update);
    if (this.#has("crashes on an empty event")) throw new Error("an event that is neither");
    return "dropped";
  }

  #snapshot({ sequence_id: id = 0, settings = [] }) {
    if (this.#sequenceId !== undefined && id <= this.#sequenceId && !this.#has("applies stale snapshots")) {
      return "dropped";
    }
    if (!this.#has("merges snapshots")) this.#keys = new Map();
    for (const setting of settings) {
      this.#put(setting);
      if (this.#has("shows halves")) this.#onChange();
    }
    return this.#applied(id);
  }

  #update({ sequence_id: id = 0, setting }) {
    if (this.#sequenceId === undefined && !this.#has("applies updates before a snapshot")) return "gap";
    if (id <= this.#sequenceId && !this.#has("applies stale updates")) return "dropped";
    if (id > this.#sequenceId + 1 && !this.#has("ignores gaps")) return "gap";
    if (!setting) return "gap";
    if (this.#isAmbiguous(setting)) return "ambiguous";
    this.#put(setting);
    return this.#applied(id);
  }

  #applied(id) {
    this.#sequenceId = id;
    this.isReady = true;
    this.#onChange();
    return "applied";
  }

  #isAmbiguous({ key = "", source = "", unset_source: unset = "" }) {
    if (this.#has("takes losing sets") || unset !== "" || isSection(key)) return false;
    const winner = this.#winner(this.#keys.get(key.toLowerCase()));
    return winner !== undefined && winner.source !== "unknown" && rankOf(source) < rankOf(winner.source);
  }

  #put({ key: given = "", source = "", value, unset_source: unset = "" }) {
    const key = this.#has("minds the case of letters") ? given : given.toLowerCase();
    if (key === "") return;
    const plain = plainOf(value);
    if (isSection(key)) {
      for (const [name, layers] of this.#keys) if (name.startsWith(`${key}.`)) layers.delete(source);
      if (plain !== null) this.#putSection(key, plain, source);
      return;
    }
    if (this.#has("removes by null") && plain === null && unset === "") {
      this.#keys.delete(key);
      return;
    }
    if (unset !== "" && this.#has("ignores removals")) return;
    const layers = new Map();
    if (unset === "" || source !== "") layers.set(source, this.#has("makes texts of all") ? String(plain) : plain);
    this.#keys.set(key, layers);
  }

  #putSection(prefix, section, source) {
    for (const [name, value] of Object.entries(section)) {
      const key = `${prefix}.${name}`.toLowerCase();
      if (value !== null && typeof value === "object" && !Array.isArray(value)) this.#putSection(key, value, source);
      else this.#keys.set(key, (this.#keys.get(key) ?? new Map()).set(source, value));
    }
  }

  #winner(layers = new Map()) {
    const [source] = [...layers.keys()].sort((left, right) => rankOf(right) - rankOf(left));
    return source === undefined ? undefined : { source, value: layers.get(source) };
  }

  settings() {
    const found = [...this.#keys].map(([key, layers]) => [key, this.#winner(layers)]);
    return Object.fromEntries(found.filter(([, winner]) => winner).map(([key, { value }]) => [key, value]));
  }
}

const isSection = (key) => key !== "" && !key.includes(".");

function plainOf(value) {
  switch (Object.keys(value ?? {})[0]) {
    case "number_value":
      return value.number_value;
    case "string_value":
      return value.string_value;
    case "bool_value":
      return value.bool_value;
    case "list_value":
      return (value.list_value.values ?? []).map(plainOf);
    case "struct_value":
      return Object.fromEntries(
        Object.entries(value.struct_value.fields ?? {}).map(([name, each]) => [name, plainOf(each)]),
      );
    default:
      return null;
  }
}
