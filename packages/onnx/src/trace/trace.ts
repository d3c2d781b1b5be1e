import { checkArguments, checkOptions, type HostDtype, InvalidArgumentError } from '@hm/tensor/host';
import { engine, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import '../kernels/index.ts';
import type { ChooseForm } from '../forms/forms.ts';
import { fuseBlocked } from '../fuse.ts';
import type { Graph, GraphValue } from '../graph.ts';
import { declaredShape, type Layout } from '../layout.ts';
import { foldAffine } from '../passes/fold-affine.ts';
import { foldConstants } from '../passes/fold-constants.ts';
import { scalingsFirst } from '../passes/scalings-first.ts';
import { scatterLabels } from '../passes/scatter-labels.ts';
import { isReduction } from '../segments/cut-graph.ts';
import { assertSameGraph, OTHER_SYMBOLIC_SIZE, SYMBOLIC_SIZE } from './symbolic.ts';
import { traceBackend } from './trace-backend.ts';
import { TraceError } from './trace-error.ts';
import { Tracer } from './tracer.ts';

/** Shape and dtype of a traced input. A string is a symbolic dimension, such as `'N'` for a batch of any size. */
export interface InputSpec {
  shape: readonly (number | string)[];
  /** Element type. Default `float32`. */
  dtype?: 'float32' | 'int32' | 'bool';
}

type Tensors = Record<string, Tensor>;

/**
 * Records a tfjs function as an ONNX model. Kernels append nodes instead of computing, so gradients that the function
 * takes with `tf.grads` or `tf.valueAndGrads` are recorded as well.
 *
 * @param run takes tensors by name and returns tensors by name; it must not read values. With a symbolic dimension it is
 * called twice, and must compute the same for every size.
 * @returns the bytes of an ONNX model (opset 18) with inputs and outputs of the same names, shapes as in tfjs.
 * @throws {TraceError} if a kernel is not covered, a value is read, a constant depends on a symbolic dimension, or the
 * function reduces over ranks.
 * @example
 * const model = trace(({ x }) => ({ y: tf.relu(x) }), { x: { shape: ['N', 3] } });
 */
export function trace(
  run: (inputs: Tensors) => Tensors,
  inputs: Record<string, InputSpec>,
  options: TraceOptions = {},
): Uint8Array {
  const { parameters = {}, foldNormalization = false } = checkOptions('trace', options, {
    ...{ parameters: 'object', foldNormalization: 'boolean' },
  });
  checkArguments('trace', { run, inputs }, { run: 'function', inputs: 'object' });
  const recording = record(run, inputs, { parameters });
  const { graph } = recording;
  if (graph.nodes.some(isReduction)) throw reaches();
  const outputs = new Set(recording.outputs.map(({ name }) => name));
  foldConstants(graph, outputs);
  if (foldNormalization) foldAffine(graph, outputs);
  return recording.model;
}

/** Options of a traced file. */
export interface TraceOptions {
  /** Tensors that the function captures, by the names that they get in the file. */
  parameters?: Readonly<Record<string, Tensor>>;
  /**
   * Whether to fold batch normalization into the convolution or matrix product before it. That takes fewer operators
   * for the same function, but training cannot continue from such a file. Default false.
   */
  foldNormalization?: boolean;
}

/** Options of {@link record}. */
export interface RecordOptions {
  /**
   * Number of channels in a block of ONNX Runtime's blocked layouts; 0, the default, for a graph of standard operators.
   */
  block?: number;
  /** Tensors that the function captures, by the names that they get. */
  parameters?: Readonly<Record<string, Tensor>>;
  /** How convolutions are computed. Default: all directly. */
  chooseForm?: ChooseForm;
  /** Whether the graph may scatter values, for which not all providers have kernels. Default true. */
  scatters?: boolean;
  /** Layouts of the inputs and outputs that are not in tfjs's own order. */
  layouts?: Record<string, Layout>;
}

/** A recorded graph. */
export interface Recording {
  graph: Graph;
  inputs: readonly GraphValue[];
  outputs: readonly GraphValue[];
  /** The graph, encoded as a file. */
  readonly model: Uint8Array;
  /** For each input, the layout that its first reader requested. */
  wanted: Record<string, Layout>;
  /** For each output, the layout in which it was computed, if that is not tfjs's own order. */
  native: Record<string, Layout>;
}

/**
 * Records a function as a graph, for callers that choose layouts. If there is a symbolic dimension, a second trace with
 * another size shows whether the graph depends on it.
 */
export function record(
  run: (inputs: Tensors) => Tensors,
  inputs: Record<string, InputSpec>,
  options: RecordOptions,
): Recording {
  const recording = recordWith(SYMBOLIC_SIZE, run, inputs, options);
  const sizes = Object.values(inputs).flatMap(({ shape }) => shape);
  const symbol = sizes.find((size) => typeof size === 'string');
  if (symbol === undefined) return recording;
  const other = recordWith(OTHER_SYMBOLIC_SIZE, run, inputs, options);
  assertSameGraph(recording.graph, other.graph);
  recording.outputs = recording.outputs.map((output, place) => ({
    ...output,
    shape: withSymbol(output.shape, other.outputs[place]!.shape, symbol),
  }));
  return recording;
}

/** Returns a shape in which the symbolic dimension has its name, and sizes that depend on it have none. */
const withSymbol = (
  shape: GraphValue['shape'],
  other: GraphValue['shape'],
  symbol: string,
): GraphValue['shape'] =>
  shape.map((size, axis) => (size === other[axis] ? size : size === SYMBOLIC_SIZE ? symbol : ''));

function recordWith(
  symbolicSize: number,
  run: (inputs: Tensors) => Tensors,
  inputs: Record<string, InputSpec>,
  { block = 0, layouts = {}, parameters = {}, chooseForm, scatters = true }: RecordOptions,
): Recording {
  const tracer = new Tracer(block);
  tracer.symbolicSize = symbolicSize;
  tracer.names = new Map(Object.entries(parameters).map(([name, { dataId }]) => [dataId, name]));
  tracer.graph.take(Object.keys(inputs));
  if (chooseForm !== undefined) tracer.chooseForm = chooseForm;
  const layoutOf = (name: string) => layouts[name] ?? 'logical';
  return traceBackend.record(tracer, () => {
    const infos = Object.entries(inputs).map(([name, spec]) => inputInfo(tracer, name, spec, layoutOf(name)));
    const tensors = infos.map(({ name, info }) => [name, engine().makeTensorFromTensorInfo(info)] as const);
    const results = run(Object.fromEntries(tensors));
    assertOwnNames(Object.keys(results), inputs);
    tracer.graph.take(Object.keys(results));
    const native = present(
      Object.entries(results).map(([name, tensor]) => [name, tracer.nativeLayout(tensor)]),
    );
    const named = Object.entries(results).map(
      ([name, tensor]) => [tracer.named(tensor, layoutOf(name)), name] as const,
    );
    tracer.graph.publishAll(named);
    const outputs = Object.entries(results).map(([name, tensor]) =>
      outputValue(name, tensor, layoutOf(name)),
    );
    if (scatters) scatterLabels(tracer.graph);
    tracer.graph.nodes = fuseBlocked(tracer.graph.nodes, new Set(outputs.map(({ name }) => name)));
    scalingsFirst(tracer.graph, new Set(Object.keys(inputs)));
    const values = infos.map(({ name, info, spec }) => inputValue(name, info, spec, layoutOf(name)));
    const wanted = present(infos.map(({ name, info }) => [name, tracer.valueOf(info).wanted]));
    const { graph } = tracer;
    return {
      ...{ graph, inputs: values, outputs, wanted, native },
      get model() {
        return graph.encode(values, this.outputs);
      },
    };
  });
}

const reaches = () =>
  new TraceError({
    where: 'trace',
    expected: 'a function of one process',
    received: 'allReduce(), which is no operator of ONNX',
    fix: 'Use compile(), or call it outside of acrossRanks().',
  });

function assertOwnNames(outputs: readonly string[], inputs: Record<string, InputSpec>): void {
  const twice = outputs.find((name) => Object.hasOwn(inputs, name));
  if (twice === undefined) return;
  throw new InvalidArgumentError({
    where: 'trace',
    expected: 'outputs whose names no input has',
    received: `"${twice}" for both`,
    fix: 'Rename the output: ONNX keeps inputs and outputs in one namespace.',
  });
}

const present = (entries: [string, Layout | undefined][]): Record<string, Layout> =>
  Object.fromEntries(entries.filter((entry): entry is [string, Layout] => entry[1] !== undefined));

export function inputInfo(tracer: Tracer, name: string, spec: InputSpec, layout: Layout) {
  const shape = spec.shape.map((size) => (typeof size === 'string' ? tracer.symbolicSize : size));
  return { name, spec, info: tracer.output(name, shape, spec.dtype ?? 'float32', name, layout) };
}

function inputValue(name: string, info: TensorInfo, spec: InputSpec, layout: Layout): GraphValue {
  const shape = layout === 'logical' ? spec.shape : declaredShape(layout, info.shape);
  return { name, dtype: info.dtype as HostDtype, shape };
}

const outputValue = (name: string, tensor: Tensor, layout: Layout): GraphValue => ({
  ...{ name, dtype: tensor.dtype as HostDtype, shape: declaredShape(layout, tensor.shape) },
});
