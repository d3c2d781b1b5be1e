export { checkArguments, checkOptions, type OptionKind, type OptionKinds } from './check-options.ts';
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
export { importOptional, type OptionalPackage } from './import-optional.ts';
export { isRecord } from './is-record.ts';
export {
  describeSchema,
  type JsonSchema,
  type SchemaMistake,
  schemaMistake,
  variantOf,
} from './json-schema.ts';
export { assertWithin, limits } from './limits.ts';
export { nearest } from './nearest.ts';
export { plainBytes } from './plain-bytes.ts';
export { printable, printableLines } from './printable.ts';
export { Rng } from './rng.ts';
export { decodeSafetensors, encodeSafetensors, type Safetensors } from './safetensors.ts';
export { sha256Of } from './sha256.ts';
export { americanSpelling, britishSpelling } from './spelling.ts';
export { type ReadFile, readTfjsWeights } from './tfjs-weights.ts';
