import '#gradients';
import { assertSingleTfjs } from './runtime/assert-single-tfjs.ts';

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
export { fromTensor, fromTensors, readTensor, toTensor, toTensors } from './host-conversion.ts';
export {
  bytesPerElement,
  type HostDtype,
  type HostTensor,
  hostTensor,
  hostZeros,
  sizeOf,
} from './host-tensor.ts';
export {
  ALL_REDUCE,
  acrossRanks,
  allReduce,
  currentRanks,
  meanOverRanks,
  type Ranks,
} from './operations/across-ranks.ts';
export { arcCosine } from './operations/arc-cosine.ts';
export {
  type BatchNormTrainResult,
  batchNormInference,
  batchNormTrain,
  type Features,
} from './operations/batch-norm.ts';
export { type CosineAndSine, cosineAndSine } from './operations/cosine-and-sine.ts';
export { cosineLogits } from './operations/cosine-logits.ts';
export {
  cosineOfShiftedAngle,
  type ShiftedCosine,
  shiftedCosineAndSlope,
  type ValueAndSlope,
} from './operations/cosine-of-shifted-angle.ts';
export { type CustomGradient, customGradient } from './operations/custom-gradient.ts';
export { type GroupedConvolutionOptions, groupedConvolution } from './operations/grouped-convolution.ts';
export { l2Normalize } from './operations/l2-normalize.ts';
export { prelu } from './operations/prelu.ts';
export { relu } from './operations/relu.ts';
export { unitWeightLogits } from './operations/unit-weight-logits.ts';
export { withoutGradient } from './operations/without-gradient.ts';
export {
  disposeParams,
  filterParams,
  flattenParams,
  mapParams,
  mergeParams,
  type Params,
  unflattenParams,
  zipParams,
} from './params.ts';
export { type LoadedParams, loadParams, saveParams } from './params-file.ts';
export { plainBytes } from './plain-bytes.ts';
export { Rng } from './rng.ts';
export {
  describeRuntime,
  type EnginePackage,
  type RuntimeDescription,
} from './runtime/describe-runtime.ts';
export { importOptional, type OptionalPackage } from './runtime/import-optional.ts';
export { decodeSafetensors, encodeSafetensors, type Safetensors } from './safetensors.ts';
export { sha256Of } from './sha256.ts';
export { type ReadFile, readTfjsWeights } from './tfjs-weights.ts';
export { assertSingleTfjs };

assertSingleTfjs();

export { oneAtATime } from './one-at-a-time.ts';
