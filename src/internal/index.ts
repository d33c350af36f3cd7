/**
 * What the package `configstream` is built of, besides the public surface. For that package alone, in the same version: nothing here
 * is kept stable.
 *
 * @module configstream-consumer/internal
 */
export { createConfigFiles } from "../files/config-files.js";
export { convertToType } from "../files/convert.js";
export { type Environment, mapEnvironment, pickVariables } from "../files/env.js";
export { type DefaultSetting, type Defaults, type KnownKeys, readDefaults } from "../files/known-keys.js";
export { parseYaml, parseYamlValue } from "../files/yaml.js";
export { resolveOptions } from "../main/consumer/resolve.js";
export { type Backoff, createBackoff } from "../shared/backoff.js";
export { type Clock, systemClock, type Timer } from "../shared/clock.js";
export { isTemporaryOf, writeWholeFile } from "../shared/disk/atomic-file.js";
export { isForbidden, isMissing, isUnattended, readFault, systemCode, writeFault } from "../shared/disk/file-faults.js";
export { listenAt } from "../shared/disk/own-socket.js";
export { readTextFile } from "../shared/disk/regular-file.js";
export { ConfigStreamError, type ErrorCode, InvalidOptionError } from "../shared/errors.js";
export { readGuardFile } from "../shared/guards/guard-file.js";
export { type ReadyGuards, readGuards } from "../shared/guards/read-guards.js";
export { holdProcess } from "../shared/hold.js";
export { checkNames, checkSettings, described, wrongKey, wrongSource } from "../shared/options/option-checks.js";
export {
  callback,
  choice,
  custom,
  number,
  type OptionRow,
  object,
  readOptions,
  shape,
  sources,
  text,
  texts,
} from "../shared/options/option-table.js";
export { didYouMean, suggest } from "../shared/options/suggest.js";
export { type Dialect, defaultSourcePriority } from "../shared/params.js";
export { addressForm, formatAddress, type HostPort, parseAddress } from "../shared/place/address.js";
export { type Found, locate, type Place, systemConfigFile } from "../shared/place/place.js";
export { holdsCredential, looksLikeCredential, withoutUrlLogins } from "../shared/text/credential-names.js";
export { lowerCase } from "../shared/text/lower-case.js";
export { jsonText, printable, printableLines } from "../shared/text/printable.js";
export { isToken, noTokenFault } from "../shared/text/token.js";
export type { ConfigValue, FileStatus, SourceValue, WireSetting } from "../shared/types.js";
export { copyValue, defineEntry } from "../shared/values/copy-value.js";
export { equalValues } from "../shared/values/equality.js";
export {
  type ReadRegisterRequest,
  readRefreshRequest,
  readRegisterRequest,
  readStreamRequest,
  writeRegistration,
} from "../wire/agent-messages.js";
export {
  type EventReport,
  type IssueReport,
  type IssueResolution,
  type ReadIssue,
  readEventReport,
  readIssueReport,
  readIssueResolution,
} from "../wire/agent-reports.js";
export type { RefreshRequest, Registration, StreamRequest } from "../wire/call-messages.js";
export { allLayersMark, createEntryEncoder, encodeSnapshot, encodeUpdate, type Frame } from "../wire/event-encoder.js";
export { valueSize } from "../wire/proto-value.js";
export { agentSecureService, providerService, remoteAgentService } from "../wire/service-names.js";
export { fieldSize, WireWriter } from "../wire/wire-writer.js";
export { groupFault } from "../worker/guards/verdicts.js";
