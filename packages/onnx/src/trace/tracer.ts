import { type HostDtype, sizeOf } from '@hm/tensor/host';
import { type DataType, engine, type TensorInfo, type TypedArray } from '@tensorflow/tfjs-core';
import type { ChooseForm } from '../forms/forms.ts';
import { BLOCKED_DOMAIN, Graph, type NodeOptions } from '../graph.ts';
import {
  declaredShape,
  fromLayout,
  type Layout,
  type Rearrangement,
  sourcesOf,
  toLayout,
} from '../layout.ts';
import { assertFixed, SYMBOLIC_SIZE, symbolicShape } from './symbolic.ts';
import type { TracedValue } from './traced-value.ts';

/**
 * A trace in progress: a graph, and what is known of each tensor. Kernels ask for a value in the layout that suits
 * them; a rearrangement is appended only if the value does not exist in that layout yet.
 */
export class Tracer {
  readonly graph = new Graph();
  /** Number of channels in a block of ONNX Runtime's blocked layouts; 0 if only ONNX's own operators may be used. */
  readonly block: number;
  /** Names of the tfjs kernels that were called. */
  readonly kernels = new Set<string>();
  /** Backend that provides the shapes of kernels that cannot be traced; without one they are an error. */
  standIn: string | undefined;
  /** Size of the symbolic dimension in this trace. */
  symbolicSize = SYMBOLIC_SIZE;
  /** Chooses the form of each convolution that has several. */
  chooseForm: ChooseForm = () => 'direct';
  /** Names of tensors that were created outside the trace, by their data. */
  names: ReadonlyMap<object, string> = new Map();
  readonly #values = new WeakMap<object, TracedValue>();
  /** Shapes of graph values, and the original values of those that were only reshaped. */
  readonly #shapes = new Map<string, readonly number[]>();
  readonly #reshaped = new Map<string, string>();
  readonly #made = new Map<string, string>();

  constructor(block: number) {
    this.block = block;
  }

  /** Returns the value behind a tensor. Tensors created outside the trace are constants in it. */
  valueOf(info: TensorInfo): TracedValue {
    const value = this.#values.get(info.dataId) ?? this.#capture(info);
    if (value.constant === undefined || same(value.shape, info.shape)) return value;
    return { ...value, shape: info.shape, forms: {} };
  }

  /** Returns what is known of a tensor in this trace. */
  find(dataId: object): TracedValue | undefined {
    return this.#values.get(dataId);
  }

  /** Captures a tensor of another backend: it stays there, and its values are read. */
  #capture({ dataId, shape, dtype }: TensorInfo): TracedValue {
    const values = engine().readSync(dataId) as TypedArray;
    const name = this.names.get(dataId);
    if (name === undefined) this.constant(values, shape, dtype, dataId);
    else this.register({ shape, dtype, forms: {}, constant: values, name, producer: 'constant' }, dataId);
    return this.#values.get(dataId)!;
  }

  /** Returns another tensor with the same value. */
  alias(info: TensorInfo): TensorInfo {
    return this.register(this.valueOf(info));
  }

  /** Creates a tensor for a value. */
  register(value: TracedValue, dataId: object = {}): TensorInfo {
    this.#values.set(dataId, value);
    return { dataId, shape: [...value.shape], dtype: value.dtype };
  }

  /** Creates a tensor held by a graph value in one layout. */
  output(
    name: string,
    shape: readonly number[],
    dtype: DataType,
    producer: string,
    layout: Layout = 'logical',
  ): TensorInfo {
    this.#shapes.set(name, declaredShape(layout, shape));
    return this.register({ shape, dtype, forms: { [layout]: name }, producer });
  }

  /** Creates a tensor whose values are known. */
  constant(values: TypedArray, shape: readonly number[], dtype: DataType, dataId: object = {}): TensorInfo {
    const first = values[0] as number;
    const same = values.length <= 4096 && values.every((item) => item === first);
    return this.register(
      {
        shape,
        dtype,
        forms: {},
        constant: values,
        producer: 'constant',
        ...(same ? { uniform: first } : {}),
      },
      dataId,
    );
  }

  /** Creates a tensor of one repeated value, kept as that number until a kernel needs all of it. */
  uniform(value: number, shape: readonly number[], dtype: DataType): TensorInfo {
    return this.register({ shape, dtype, forms: {}, uniform: value, producer: 'Fill' });
  }

  /** Creates a tensor that repeats one element to a shape, kept as a scalar until a kernel needs all of it. */
  repeated(x: TensorInfo, shape: readonly number[]): TensorInfo {
    const repeats = this.scalarOf(x)!;
    return this.register({ shape, dtype: x.dtype, forms: {}, repeats, producer: 'Tile' });
  }

  /** Returns true if all elements of a tensor are known to be one scalar. */
  isRepeated(info: TensorInfo): boolean {
    const { uniform, repeats } = this.valueOf(info);
    return uniform !== undefined || repeats !== undefined;
  }

  /** Appends a node. */
  node(op: string, inputs: string[], options: NodeOptions = {}): string {
    return this.graph.add(op, inputs, options);
  }

  /** Creates a value once for all that ask for it by the same key. */
  shared(key: string, make: () => string): string {
    const value = this.#made.get(key) ?? make();
    this.#made.set(key, value);
    return value;
  }

  /** Reshapes a graph value, which costs nothing in ONNX Runtime. */
  reshape(name: string, shape: readonly number[]): string {
    const source = this.#reshaped.get(name) ?? name;
    if (same(this.#shapes.get(source) ?? [Number.NaN], shape)) return source;
    const reshaped = this.node('Reshape', [
      source,
      this.graph.integers(...symbolicShape(shape, this.symbolicSize)),
    ]);
    this.#reshaped.set(reshaped, source);
    return reshaped;
  }

  /** Returns the name of a tensor in a layout, and rearranges the tensor if it does not exist in that layout yet. */
  named(info: TensorInfo, layout: Layout = 'logical'): string {
    const value = this.valueOf(info);
    const known = value.forms[layout];
    if (known !== undefined) return known;
    if (layout !== 'logical') value.wanted ??= layout;
    value.forms[layout] = this.#inLayout(info, value, layout);
    return value.forms[layout];
  }

  /** Returns true if a tensor already exists in a layout. */
  has(info: TensorInfo, layout: Layout): boolean {
    return this.valueOf(info).forms[layout] !== undefined;
  }

  /** Returns a layout other than the logical order in which a tensor exists, the blocked one first. */
  nativeLayout(info: TensorInfo): Layout | undefined {
    const layouts = Object.keys(this.valueOf(info).forms) as Layout[];
    return layouts.includes('nchw-blocked') ? 'nchw-blocked' : layouts.find((layout) => layout !== 'logical');
  }

  #inLayout(info: TensorInfo, value: TracedValue, layout: Layout): string {
    const { forms, shape } = value;
    if (layout === 'nchw-blocked' || forms['nchw-blocked'] !== undefined) {
      const reordered = this.#reorderBlocked(value, layout);
      if (reordered !== undefined) return reordered;
    }
    if (layout !== 'logical')
      return this.#rearrange(this.named(info), shape, toLayout(layout, shape, this.block));
    const [from, name] = (Object.entries(forms) as [Exclude<Layout, 'logical'>, string][])[0] ?? [];
    if (from !== undefined) {
      return this.#rearrange(name!, declaredShape(from, shape), fromLayout(from, shape, this.block));
    }
    return this.#materialise(value);
  }

  /** Uses ONNX Runtime's own operators, which support float32 only. */
  #reorderBlocked({ forms, shape, dtype }: TracedValue, layout: Layout): string | undefined {
    if (dtype !== 'float32') return undefined;
    const domain = BLOCKED_DOMAIN;
    const blocked = forms['nchw-blocked'];
    if (layout === 'nchw-blocked') {
      const source = forms.nchw ?? forms.logical;
      const channelsLast = forms.nchw === undefined ? 1 : 0;
      return (
        source && this.node('ReorderInput', [source], { domain, attributes: { channels_last: channelsLast } })
      );
    }
    if (blocked === undefined || (layout !== 'nchw' && layout !== 'logical')) return undefined;
    const attributes = { channels: shape[3]!, channels_last: layout === 'logical' ? 1 : 0 };
    return this.node('ReorderOutput', [blocked], { domain, attributes });
  }

  #rearrange(name: string, from: readonly number[], rearrangement: Rearrangement): string {
    const { split, permutation, declared } = rearrangement;
    const last = split.length - 1;
    if (permutation[last] === last) return this.#reorderRuns(name, rearrangement, split[last]!);
    const source = same(split, from) ? name : this.reshape(name, split);
    const transposed = this.node('Transpose', [source], { attributes: { perm: permutation } });
    const order = permutation.map((axis) => split[axis]!);
    return same(order, declared) ? transposed : this.reshape(transposed, declared);
  }

  /** Gathers runs of neighbouring elements that stay together by index, which unlike `Transpose` uses all threads. */
  #reorderRuns(name: string, rearrangement: Rearrangement, run: number): string {
    const sources = sourcesOf(rearrangement, run);
    const runs = this.reshape(name, [sources.length, run]);
    const order = this.graph.constant('int32', [sources.length], sources);
    return this.reshape(
      this.node('Gather', [runs, order], { attributes: { axis: 0 } }),
      rearrangement.declared,
    );
  }

  #materialise({ constant, name, uniform, repeats, shape, dtype, producer }: TracedValue): string {
    if (repeats !== undefined) return this.expand(repeats, shape, producer);
    if (uniform === undefined) {
      this.#assertFixed(shape, producer);
      this.#assertFixed(constant!, producer);
      return this.graph.constant(dtype as HostDtype, shape, constant!, name);
    }
    const scalar = this.#scalar(uniform, dtype, producer);
    return shape.length === 0 ? scalar : this.expand(scalar, shape, producer);
  }

  #scalar(value: number, dtype: DataType, producer: string): string {
    this.#assertFixed([value], producer);
    return this.graph.scalar(value, dtype as HostDtype);
  }

  /**
   * Repeats a graph value to a shape.
   *
   * @throws {TraceError} if the shape has the symbolic dimension.
   */
  expand(name: string, shape: readonly number[], producer: string): string {
    this.#assertFixed(shape, producer);
    return this.node('Expand', [name, this.graph.integers(...shape)]);
  }

  #assertFixed(numbers: ArrayLike<number>, producer: string): void {
    assertFixed(numbers, producer, this.symbolicSize);
  }

  /** Returns the shape that ONNX declares for a tensor in a layout. */
  declared(info: TensorInfo, layout: Layout): readonly number[] {
    return declaredShape(layout, info.shape);
  }

  /** Returns a scalar graph value for a tensor of equal elements, so that it broadcasts in any layout. */
  scalarOf(info: TensorInfo): string | undefined {
    const { uniform, repeats, forms, producer } = this.valueOf(info);
    if (uniform !== undefined) return this.#scalar(uniform, info.dtype, producer);
    if (repeats !== undefined) return repeats;
    if (sizeOf(info.shape) !== 1) return undefined;
    const name = forms.logical ?? this.named(info);
    return info.shape.length === 0 ? name : this.reshape(name, []);
  }
}

const same = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);
