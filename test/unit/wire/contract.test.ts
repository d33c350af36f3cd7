import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { contractDescriptor } from "../../../packages/configstream/src/core-agent/contract-descriptor.generated.js";

interface Method {
  name: string;
  request: string;
  response: string;
  clientStreaming: boolean;
  serverStreaming: boolean;
}

interface Field {
  name: string;
  number: number;
  type: string;
  label: string;
  oneof: string | null;
}

interface Contract {
  services: { name: string; methods: Method[] }[];
  messages: { name: string; fields: Field[] }[];
  enums: { name: string; values: { name: string; number: number }[] }[];
}

const published: Contract & { module: string; version: string } = JSON.parse(
  readFileSync(new URL("../../fixtures/contract-descriptor.json", import.meta.url), "utf8"),
);

function sourceRoot(): protobuf.Root {
  const directory = fileURLToPath(new URL("../../../proto/", import.meta.url));
  const root = new protobuf.Root();
  root.resolvePath = (_origin, path) => (path.startsWith("google/protobuf/") ? path : `${directory}${path}`);
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".proto"));
  root.loadSync(
    files.map((file) => file.replaceAll("\\", "/")),
    { keepCase: true },
  );
  return root;
}

function shippedRoot(): protobuf.Root {
  return protobuf.Root.fromJSON(contractDescriptor as protobuf.INamespace);
}

const fullName = (object: protobuf.ReflectionObject): string => object.fullName.replace(/^\./, "");
const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

// protobufjs brings google.protobuf.* with it, spelled in camel case; on the wire only the numbers exist.
function fieldName(field: protobuf.Field): string {
  if (field.parent?.fullName.startsWith(".google.protobuf.") !== true) return field.name;
  return field.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function describeField(field: protobuf.Field): Field {
  const type = field.resolvedType === null ? field.type : fullName(field.resolvedType);
  const isMap = field instanceof protobuf.MapField;
  return {
    name: fieldName(field),
    number: field.id,
    type: isMap ? `map<${field.keyType}, ${type}>` : type,
    label: isMap ? "map" : field.repeated ? "repeated" : "optional",
    oneof: field.partOf?.name ?? null,
  };
}

function describeMethod(method: protobuf.Method): Method {
  if (method.resolvedRequestType === null || method.resolvedResponseType === null) {
    throw new Error(`method ${method.fullName} has unresolved types`);
  }
  return {
    name: method.name,
    request: fullName(method.resolvedRequestType),
    response: fullName(method.resolvedResponseType),
    clientStreaming: method.requestStream === true,
    serverStreaming: method.responseStream === true,
  };
}

function describeEnum(type: protobuf.Enum): Contract["enums"][number] {
  const values = Object.entries(type.values).map(([name, number]) => ({ name, number }));
  return { name: fullName(type), values: values.sort((a, b) => a.number - b.number) };
}

function describeContract(root: protobuf.Root): Contract {
  root.resolveAll();
  const contract: Contract = { services: [], messages: [], enums: [] };
  const visit = (namespace: protobuf.NamespaceBase): void => {
    if (namespace instanceof protobuf.Service) {
      const methods = namespace.methodsArray.map(describeMethod).sort(byName);
      contract.services.push({ name: fullName(namespace), methods });
    }
    if (namespace instanceof protobuf.Type) {
      const fields = namespace.fieldsArray.map(describeField).sort((a, b) => a.number - b.number);
      contract.messages.push({ name: fullName(namespace), fields });
    }
    for (const child of namespace.nestedArray) {
      if (child instanceof protobuf.Namespace) visit(child);
      else if (child instanceof protobuf.Enum) contract.enums.push(describeEnum(child));
    }
  };
  visit(root);
  contract.services.sort(byName);
  contract.messages.sort(byName);
  contract.enums.sort(byName);
  return contract;
}

describe.each([
  { what: "proto/", root: sourceRoot },
  { what: "the compiled contract that is shipped", root: shippedRoot },
])("$what against the published module's descriptor", ({ root }) => {
  const own = describeContract(root());

  it("has the same services, with the same methods, types and streaming", () => {
    expect(own.services).toEqual(published.services);
  });

  it("has the same messages, and in each the same field names, numbers, types, labels and oneofs", () => {
    expect(own.messages).toEqual(published.messages);
  });

  it("has the same enumerations, with the same names and numbers", () => {
    expect(own.enums).toEqual(published.enums);
  });
});

describe("test/fixtures/contract-descriptor.json", () => {
  it("names the module and the exact version that it was taken from", () => {
    expect(published.module).toBe("github.com/DataDog/datadog-agent/pkg/proto");
    expect(published.version).toMatch(/^v\d+\.\d+\.\d+$/);
  });

  it("gives unset_source the number 4", () => {
    const setting = published.messages.find(({ name }) => name === "datadog.model.v1.ConfigSetting");
    expect(setting?.fields.map(({ name, number }) => [name, number])).toEqual([
      ["source", 1],
      ["key", 2],
      ["value", 3],
      ["unset_source", 4],
    ]);
  });
});
