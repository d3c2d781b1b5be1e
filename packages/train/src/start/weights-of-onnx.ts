import { fromBinary } from '@bufbuild/protobuf';
import { trace } from '@hm/onnx';
import type { Backbone } from '@hm/resnet';
import {
  disposeParams,
  type HostTensor,
  hostTensor,
  InvalidDataError,
  sizeOf,
  toTensors,
  unflattenParams,
} from '@hm/tensor';
import { type GraphProto, ModelProtoSchema, type TensorProto } from 'onnx-buf';
import { type ImageLayout, inferenceGraph } from '../export/network-graph.ts';
import { mapRecord } from '../map-record.ts';
import { withTfjs } from '../with-tfjs.ts';
import { type NamedValues, unusable } from './named-values.ts';

/**
 * Reads a backbone's values by name from an ONNX file that was exported from it. The file's layout is found by tracing
 * the backbone with values that are their own indices.
 *
 * @throws {InvalidDataError} if the file's graph is not that of the backbone, or its normalization is folded.
 */
export async function weightsOfOnnx(
  bytes: Uint8Array,
  backbone: Backbone,
  wanted: NamedValues,
  path: string,
): Promise<NamedValues> {
  const file = graphOf(bytes, path);
  const first = file.input[0]?.type?.value;
  const dims = first?.case === 'tensorType' ? (first.value.shape?.dim ?? []) : [];
  const layout = dims[3]?.value.value === 3n && dims[1]?.value.value !== 3n ? 'nhwc' : 'nchw';
  const places = await withTfjs(async () => traced(backbone, wanted, layout));
  const [from, like] = [file, graphOf(places, path)].map(constantsOf);
  if ([...from!.keys()].some((name) => name.endsWith('.bias') && !like!.has(name))) throw folded(path);
  if (operators(file) !== operators(graphOf(places, path)))
    throw unusable(path, 'the graph of another network');
  const values = (part: Record<string, HostTensor>) =>
    Object.fromEntries(
      Object.entries(part)
        .filter(([name]) => from!.has(name))
        .map(([name, { shape }]) => [name, inOrder(from!.get(name)!, like!.get(name)!, shape, path)]),
    );
  return { params: values(wanted.params), statistics: values(wanted.statistics) };
}

/** Traces the backbone with each number of a value replaced by its index in that value. */
function traced(backbone: Backbone, wanted: NamedValues, layout: ImageLayout): Uint8Array {
  const places = ({ shape }: HostTensor) =>
    hostTensor(
      'float32',
      shape,
      Float32Array.from({ length: sizeOf(shape) }, (_, place) => place),
    );
  const tree = (values: Record<string, HostTensor>) => unflattenParams(toTensors(mapRecord(values, places)));
  const variables = { params: tree(wanted.params), statistics: tree(wanted.statistics) };
  try {
    const { run, inputs, parameters } = inferenceGraph(backbone, variables, layout);
    return trace(run, inputs, { parameters });
  } finally {
    disposeParams(variables.params);
    disposeParams(variables.statistics);
  }
}

const constantsOf = (graph: GraphProto) => new Map(graph.initializer.map((value) => [value.name, value]));

const operators = (graph: GraphProto) => graph.node.map(({ opType }) => opType).join();

const floatsOf = ({ rawData }: TensorProto) => new Float32Array(Uint8Array.from(rawData).buffer);

function inOrder(
  value: TensorProto,
  places: TensorProto,
  shape: readonly number[],
  path: string,
): HostTensor {
  if (value.rawData.byteLength !== 4 * sizeOf(shape))
    throw unusable(path, 'weights of other sizes or of less precision');
  const ordered = new Float32Array(sizeOf(shape));
  const [from, to] = [floatsOf(value), floatsOf(places)];
  for (const [index, place] of to.entries()) ordered[place] = from[index]!;
  return hostTensor('float32', shape, ordered);
}

const folded = (path: string) =>
  new InvalidDataError({
    where: path,
    expected: 'an ONNX file with batch normalization of its own, which training needs',
    received: 'one with batch normalization folded into its convolutions',
    fix: 'Start from the run or one of its checkpoints, or export it again with `--no-fold` (`foldNormalization: false`).',
    fields: { path },
  });

function graphOf(bytes: Uint8Array, path: string): GraphProto {
  try {
    const { graph } = fromBinary(ModelProtoSchema, bytes);
    if (graph !== undefined) return graph;
  } catch (cause) {
    throw unusable(path, 'no ONNX model', cause);
  }
  throw unusable(path, 'an ONNX model without a graph');
}
