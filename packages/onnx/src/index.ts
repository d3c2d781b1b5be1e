export { blockSize } from './blocks.ts';
export { type CompileOptions, compile, type StepFunction } from './compile.ts';
export { type ExportOptions, exportOnnx } from './export.ts';
export { coveredKernels } from './kernels/index.ts';
export { kernelsOf } from './kernels-of.ts';
export type { Program } from './program/program.ts';
export type { SumOverRanks } from './segments/segmented-session.ts';
export { type InputSpec, type TraceOptions, trace } from './trace.ts';
export { TraceError } from './trace-error.ts';
