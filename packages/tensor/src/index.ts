import '#gradients';
import { assertSingleTfjs } from './assert-single-tfjs.ts';

export {
  ALL_REDUCE,
  acrossRanks,
  allReduce,
  currentRanks,
  meanOverRanks,
  type Ranks,
} from './across-ranks.ts';
export { arcCosine } from './arc-cosine.ts';
export {
  type BatchNormTrainResult,
  batchNormInference,
  batchNormTrain,
  type Features,
} from './batch-norm.ts';
export { checkArguments, checkOptions, type OptionKind, type OptionKinds } from './check-options.ts';
export { type CosineAndSine, cosineAndSine } from './cosine-and-sine.ts';
export { cosineLogits } from './cosine-logits.ts';
export {
  cosineOfShiftedAngle,
  type ShiftedCosine,
  shiftedCosineAndSlope,
  type ValueAndSlope,
} from './cosine-of-shifted-angle.ts';
export { type CustomGradient, customGradient } from './custom-gradient.ts';
export {
  describeRuntime,
  type EnginePackage,
  type RuntimeDescription,
} from './describe-runtime.ts';
export {
  HmError,
  type HmErrorDetails,
  InvalidArgumentError,
  InvalidDataError,
  NonFiniteError,
  UnavailableError,
} from './errors.ts';
export { type GroupedConvolutionOptions, groupedConvolution } from './grouped-convolution.ts';
export { fromTensor, fromTensors, readTensor, toTensor, toTensors } from './host-conversion.ts';
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
export { l2Normalize } from './l2-normalize.ts';
export { assertWithin, limits } from './limits.ts';
export { nearest } from './nearest.ts';
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
export { prelu } from './prelu.ts';
export { printable, printableLines } from './printable.ts';
export { relu } from './relu.ts';
export { Rng } from './rng.ts';
export { decodeSafetensors, encodeSafetensors, type Safetensors } from './safetensors.ts';
export { sha256Of } from './sha256.ts';
export { americanSpelling, britishSpelling } from './spelling.ts';
export { type ReadFile, readTfjsWeights } from './tfjs-weights.ts';
export { unitWeightLogits } from './unit-weight-logits.ts';
export { withoutGradient } from './without-gradient.ts';
export { assertSingleTfjs };

assertSingleTfjs();
