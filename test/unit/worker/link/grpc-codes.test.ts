/** What a gRPC status says of a session and of a connection. */
import { status } from "@grpc/grpc-js";
import { expect, it } from "vitest";
import { grpcCodeName, isRejection, isUnanswered } from "../../../../src/worker/link/grpc-codes.js";

const all = Object.entries(status).filter((entry): entry is [string, status] => typeof entry[1] === "number");

it("a session or token is rejected by three codes, and by no other", () => {
  expect(all.flatMap(([name, code]) => (isRejection(code) ? [name] : [])).sort()).toEqual([
    "NOT_FOUND",
    "PERMISSION_DENIED",
    "UNAUTHENTICATED",
  ]);
});

it("two codes say that there was no answer at all, and no other does", () => {
  expect(all.flatMap(([name, code]) => (isUnanswered(code) ? [name] : [])).sort()).toEqual([
    "DEADLINE_EXCEEDED",
    "UNAVAILABLE",
  ]);
});

it("each code has the name that gRPC gives it, and one that gRPC does not know its number", () => {
  expect(all.map(([, code]) => grpcCodeName(code))).toEqual(all.map(([name]) => name));
  expect(grpcCodeName(99)).toBe("code 99");
});
