/**
 * From the text of a YAML document to nested maps and lists, as the agent's YAML reader makes them, in time that grows with the size
 * of the text. Pure. Only the first document counts.
 */

import {
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  type Event,
  getScalarValue,
  type MappingEvent,
  parseEvents,
  SCALAR_STYLE_PLAIN,
  type ScalarEvent,
  type SequenceEvent,
  YAMLException,
} from "js-yaml";
import { lowerCase } from "../shared/text/lower-case.js";
import { withContinuedLines } from "./yaml-continued.js";
import { plainScalar, type ScalarValue, taggedScalar } from "./yaml-scalars.js";

/** Maps keep keys that a plain object would lose, such as `__proto__`. */
export type YamlMap = Map<string, YamlValue>;
export type YamlValue = ScalarValue | YamlMap | readonly YamlValue[];

/** Something at a place of the text. */
export interface Place {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** Why a text cannot be used. The reason quotes nothing of it, because it may hold secrets. */
export class YamlFault extends Error {
  readonly place: Place;

  constructor(reason: string, place: Place) {
    super(reason);
    this.name = "YamlFault";
    this.place = place;
  }
}

export interface YamlReading {
  readonly root: YamlValue;
  /** The line of a key of a map that was read. */
  lineOf(map: ReadonlyMap<string, YamlValue>, key: string): number;
}

/** Deepest nesting; values deeper than 48 levels are refused later, with their key. */
const maxDepth = 100;
/** Most nodes that a document may have once its aliases are followed. */
const maxNodes = 10_000_000;
const ownTag = /^(?:!!|!<tag:yaml\.org,2002:)([a-z]+)>?$/;
const knownTags = new Set(["str", "int", "float", "bool", "null", "binary", "timestamp", "map", "seq", "set", "omap"]);

/** Called for what the reader accepts although it is probably a mistake. Sentences name keys, never values. */
export type YamlNote = (line: number, sentence: string) => void;

/** @throws YamlFault */
export function readYaml(text: string, note: YamlNote): YamlReading {
  const composer = new Composer(text, note);
  return { root: composer.document(), lineOf: (map, key) => composer.lineOf(map, key) };
}

/** One node with what an alias to it costs. */
interface Node {
  readonly value: YamlValue;
  readonly nodes: number;
}

class Composer {
  readonly #text: string;
  readonly #note: YamlNote;
  readonly #events: readonly Event[];
  readonly #anchors = new Map<string, Node | undefined>();
  /** Where the keys of each map stand: a map of its own, because the lines of most are never asked for. */
  readonly #offsets = new WeakMap<ReadonlyMap<string, YamlValue>, Map<string, number>>();
  readonly #lines: LineIndex;
  #next = 0;

  constructor(text: string, note: YamlNote) {
    this.#note = note;
    try {
      [this.#text, this.#events] = parsed(text);
    } catch (error) {
      throw faultOf(error);
    }
    this.#lines = new LineIndex(this.#text);
  }

  document(): YamlValue {
    if (this.#events.length === 0) return null;
    this.#next = 1;
    const root = this.#peek()?.type === EVENT_POP ? null : this.#node(0).value;
    const second = this.#events.findIndex((event, index) => index > 0 && event.type === EVENT_DOCUMENT);
    if (second > 0) this.#note(1, "only the first of its documents is read");
    return root;
  }

  lineOf(map: ReadonlyMap<string, YamlValue>, key: string): number {
    return this.#lines.place(this.#offsets.get(map)?.get(key) ?? 0).line;
  }

  #peek(): Event | undefined {
    return this.#events[this.#next];
  }

  #node(depth: number): Node {
    const event = this.#events[this.#next++] as Event;
    switch (event.type) {
      case EVENT_SCALAR:
        return this.#anchored(event, { value: this.#scalar(event), nodes: 1 });
      case EVENT_ALIAS:
        return this.#alias(this.#text.slice(event.anchorStart, event.anchorEnd), event.anchorStart);
      case EVENT_SEQUENCE:
        return this.#collection(event, () => this.#sequence(depth));
      case EVENT_MAPPING:
        return this.#collection(event, () => this.#mapping(depth));
      default:
        throw this.#fault("it ends within a value", 0);
    }
  }

  #alias(name: string, offset: number): Node {
    if (!this.#anchors.has(name)) throw this.#fault("an alias has no anchor before it", offset);
    const node = this.#anchors.get(name);
    if (node === undefined) throw this.#fault("an alias stands within its own anchor", offset);
    return node;
  }

  #collection(event: SequenceEvent | MappingEvent, read: () => Node): Node {
    const name = this.#anchorOf(event);
    if (name !== undefined) this.#anchors.set(name, undefined);
    this.#checkTag(event);
    const node = read();
    if (node.nodes > maxNodes) throw this.#fault(`its aliases make more than ${maxNodes} values of it`, event.start);
    return this.#anchored(event, node);
  }

  #sequence(depth: number): Node {
    const list: YamlValue[] = [];
    let nodes = 1;
    while (this.#peek()?.type !== EVENT_POP) {
      const item = this.#node(depth + 1);
      list.push(item.value);
      nodes += item.nodes;
    }
    this.#next += 1;
    return { value: list, nodes };
  }

  #mapping(depth: number): Node {
    const map: YamlMap = new Map();
    const offsets = new Map<string, number>();
    this.#offsets.set(map, offsets);
    let nodes = 1;
    while (this.#peek()?.type !== EVENT_POP) {
      const key = this.#events[this.#next] as Event;
      const offset = startOf(key);
      if (this.#isMerge(key)) {
        this.#next += 1;
        nodes += this.#merge(map, offset);
        continue;
      }
      const name = this.#key(depth === 0);
      const value = this.#node(depth + 1);
      nodes += value.nodes;
      if (offsets.has(name)) this.#noteTwice(name, offset);
      offsets.set(name, offset);
      map.set(name, value.value);
    }
    this.#next += 1;
    return { value: map, nodes };
  }

  #noteTwice(name: string, offset: number): void {
    this.#note(this.#lines.place(offset).line, `the key ${JSON.stringify(name)} is there twice; the last one counts`);
  }

  /** A name as the agent makes it: at the top as it is written, below by its value. */
  #key(isTop: boolean): string {
    const event = this.#peek() as Event;
    const { value } = this.#node(1);
    if (typeof value === "object" && value !== null) throw this.#fault("a key is a map or a list", startOf(event));
    if (isTop && event.type === EVENT_SCALAR) return value === null ? "" : getScalarValue(this.#text, event);
    const name = value === null ? "<nil>" : String(value);
    if (typeof value === "boolean" && event.type === EVENT_SCALAR) this.#noteWord(event, name);
    return name;
  }

  /** A name such as `y` or `on` is a word of YAML 1.1, and hardly ever meant as one. */
  #noteWord(event: ScalarEvent, name: string): void {
    const text = getScalarValue(this.#text, event);
    if (lowerCase(text) === name) return;
    const { line } = this.#lines.place(startOf(event));
    this.#note(
      line,
      `the key ${JSON.stringify(text)} reads as ${JSON.stringify(name)}, as in YAML 1.1; put it in quotes`,
    );
  }

  #isMerge(event: Event): boolean {
    if (event.type !== EVENT_SCALAR || this.#text.slice(event.valueStart, event.valueEnd) !== "<<") return false;
    return event.style === SCALAR_STYLE_PLAIN;
  }

  /** Puts the entries of one map, or of a list of maps whose first one wins, in place; returns the nodes that this adds. */
  #merge(into: YamlMap, offset: number): number {
    const { value, nodes } = this.#node(1);
    const maps = Array.isArray(value) ? (value as readonly YamlValue[]).toReversed() : [value];
    for (const map of maps) {
      if (!(map instanceof Map)) throw this.#fault("a merge key needs a map or a list of maps", offset);
      for (const [name, item] of map) into.set(name, item);
    }
    return nodes;
  }

  #scalar(event: ScalarEvent): ScalarValue {
    const text = getScalarValue(this.#text, event);
    const tag = this.#tagOf(event);
    if (tag === undefined) return event.style === SCALAR_STYLE_PLAIN ? plainScalar(text) : text;
    const name = ownTag.exec(tag)?.[1];
    this.#checkTag(event);
    const value = name === undefined ? text : taggedScalar(name, text);
    if (value === undefined) throw this.#fault(`a value does not fit its tag !!${name}`, startOf(event));
    return value;
  }

  #checkTag(event: ScalarEvent | SequenceEvent | MappingEvent): void {
    const tag = this.#tagOf(event);
    if (tag === undefined || tag === "!" || knownTags.has(ownTag.exec(tag)?.[1] ?? "")) return;
    this.#note(
      this.#lines.place(event.tagStart).line,
      `the tag ${JSON.stringify(tag)} is not known; a text is kept as text`,
    );
  }

  #tagOf({ tagStart, tagEnd }: ScalarEvent | SequenceEvent | MappingEvent): string | undefined {
    return tagStart < 0 ? undefined : this.#text.slice(tagStart, tagEnd);
  }

  #anchorOf({ anchorStart, anchorEnd }: ScalarEvent | SequenceEvent | MappingEvent): string | undefined {
    return anchorStart < 0 ? undefined : this.#text.slice(anchorStart, anchorEnd);
  }

  #anchored(event: ScalarEvent | SequenceEvent | MappingEvent, node: Node): Node {
    const name = this.#anchorOf(event);
    if (name !== undefined) this.#anchors.set(name, node);
    return node;
  }

  #fault(reason: string, offset: number): YamlFault {
    return new YamlFault(reason, this.#lines.place(offset));
  }
}

/** The events of a text, with the text that their places are of: lines may have got more indentation. */
function parsed(text: string): [text: string, events: readonly Event[]] {
  try {
    return [text, parseEvents(text, { maxDepth })];
  } catch (error) {
    if (!(error instanceof YAMLException) || error.reason !== "deficient indentation") throw error;
    const indented = withContinuedLines(text);
    return [indented, parseEvents(indented, { maxDepth })];
  }
}

/** Where an event begins; an event without text has no place. */
function startOf(event: Event): number {
  if (event.type === EVENT_SCALAR) return Math.max(event.valueStart, 0);
  if (event.type === EVENT_ALIAS) return event.anchorStart;
  return event.type === EVENT_MAPPING || event.type === EVENT_SEQUENCE ? event.start : 0;
}

/** The parser's sentences quote the text in places; those parts are left out. */
function faultOf(error: unknown): YamlFault {
  if (!(error instanceof YAMLException)) return new YamlFault("it cannot be parsed", { line: 1, column: 1 });
  const reason = error.reason.replace(/"[^"]*"|: .*$/g, "…");
  return new YamlFault(reason, { line: (error.mark?.line ?? 0) + 1, column: (error.mark?.column ?? 0) + 1 });
}

/** Finds places of offsets; the lines are counted when the first one is asked for. */
class LineIndex {
  readonly #text: string;
  #starts: number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  place(offset: number): Place {
    this.#starts ??= lineStarts(this.#text);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] as number) + 1 };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
