export type { Calibration } from './precision/activation-ranges.ts';
export { type QuantizeOptions, quantizableShare, quantize } from './precision/quantize.ts';
export { toFloat16 } from './precision/to-float16.ts';
