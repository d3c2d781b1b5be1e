export { checkArguments, checkOptions, type OptionKind, type OptionKinds } from './check/check-options.ts';
export { isRecord } from './check/is-record.ts';
export {
  describeSchema,
  type JsonSchema,
  type MistakeContext,
  mistakeError,
  type SchemaMistake,
  schemaMistake,
  variantOf,
} from './check/json-schema.ts';
export { assertWithin, limits } from './check/limits.ts';
export { nearest } from './check/nearest.ts';
export { printable, printableLines } from './check/printable.ts';
export { americanSpelling, britishSpelling } from './check/spelling.ts';
export {
  HmError,
  type HmErrorDetails,
  InvalidArgumentError,
  InvalidDataError,
  NonFiniteError,
  UnavailableError,
} from './errors.ts';
export {
  bytesPerElement,
  type HostDtype,
  type HostTensor,
  hostTensor,
  hostZeros,
  sizeOf,
} from './host-tensor.ts';
export { oneAtATime } from './one-at-a-time.ts';
export { plainBytes } from './plain-bytes.ts';
export { Rng } from './rng.ts';
export { importOptional, type OptionalPackage } from './runtime/import-optional.ts';
export { decodeSafetensors, encodeSafetensors, type Safetensors } from './safetensors.ts';
export { sha256Of } from './sha256.ts';
export { type ReadFile, readTfjsWeights } from './tfjs-weights.ts';
