export { type FromPthOptions, fromPth } from './pth/from-pth.ts';
export { pthWeights } from './pth/pth-weights.ts';
export { toPth } from './pth/to-pth.ts';
export type { NetworkWeights } from './pth/weights.ts';
