// grpc-js and proto-loader, in exactly the versions that the library uses.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../package.json", import.meta.url));
export const grpc = require("@grpc/grpc-js");
export const protoLoader = require("@grpc/proto-loader");
