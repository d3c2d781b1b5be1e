import { fromBinary } from '@bufbuild/protobuf';
import type { Backbone } from '@hm/resnet';
import { type HostTensor, hostTensor, Rng, sizeOf, toTensors, unflattenParams } from '@hm/tensor';
import { type GraphProto, ModelProtoSchema, type TensorProto } from 'onnx-buf';
import type { BackboneValues } from '../initial-state.ts';
import { networkGraph } from '../network-graph.ts';
import { mapRecord, part, prefixed } from '../step/records.ts';
import { withTfjs } from '../with-tfjs.ts';
import { unusable } from './read-pretrained.ts';

type HostTensors = Record<string, HostTensor>;

/**
 * A backbone's values from an ONNX file that was exported from it. The file has no names for them: the backbone is traced
 * anew with values that can be told apart, and where the tracing holds one of those, the file holds the one wanted.
 *
 * @throws {InvalidDataError} if the file's graph is not that of the backbone.
 */
export async function weightsOfOnnx(
  bytes: Uint8Array,
  backbone: Backbone,
  wanted: BackboneValues,
  path: string,
): Promise<BackboneValues> {
  const file = graphOf(bytes, path);
  const first = file.input[0]?.type?.value;
  const dims = first?.case === 'tensorType' ? (first.value.shape?.dim ?? []) : [];
  const layout = dims[3]?.value.value === 3n && dims[1]?.value.value !== 3n ? 'nhwc' : 'nchw';
  const marked = marks(wanted);
  const traced = await withTfjs(async () => {
    const trees = mapRecord({ ...marked }, (values) => unflattenParams(toTensors(values)));
    return networkGraph(backbone, { params: trees.params!, statistics: trees.statistics! }, layout);
  });
  const found = match(
    file,
    graphOf(traced, path),
    {
      ...prefixed('params.', marked.params),
      ...prefixed('statistics.', marked.statistics),
    },
    path,
  );
  return { params: part(found, 'params.'), statistics: part(found, 'statistics.') };
}

/** Positive, since a traced network may take the root of some of them. */
function marks({ params, statistics }: BackboneValues): BackboneValues {
  const rng = Rng.of('weights-of-onnx');
  const noise = ({ shape }: HostTensor) =>
    hostTensor(
      'float32',
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(0.5, 1)),
    );
  return { params: mapRecord(params, noise), statistics: mapRecord(statistics, noise) };
}

function match(file: GraphProto, traced: GraphProto, marked: HostTensors, path: string): HostTensors {
  const operators = (graph: GraphProto) => graph.node.map(({ opType }) => opType).join();
  if (operators(file) !== operators(traced)) throw unusable(path, 'the graph of another network');
  const names = new Map(Object.entries(marked).map(([name, { data }]) => [keyOf(bytesOf(data)), name]));
  const [from, like] = [initializers(file), initializers(traced)];
  const found: HostTensors = {};
  for (const [index, node] of traced.node.entries())
    for (const [slot, input] of node.input.entries()) {
      const mark = like.get(input);
      const name = mark && names.get(keyOf(mark.rawData));
      const value = from.get(file.node[index]!.input[slot]!);
      if (name !== undefined && value !== undefined) found[name] = hostOf(value, marked[name]!.shape, path);
    }
  return found;
}

const initializers = (graph: GraphProto) => new Map(graph.initializer.map((value) => [value.name, value]));

const bytesOf = ({ buffer, byteOffset, byteLength }: HostTensor['data']) =>
  new Uint8Array(buffer, byteOffset, byteLength);

const keyOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

function hostOf({ rawData }: TensorProto, shape: readonly number[], path: string): HostTensor {
  if (rawData.byteLength !== 4 * sizeOf(shape))
    throw unusable(path, 'weights of other sizes or of less precision');
  return hostTensor('float32', shape, new Float32Array(Uint8Array.from(rawData).buffer));
}

function graphOf(bytes: Uint8Array, path: string): GraphProto {
  try {
    const { graph } = fromBinary(ModelProtoSchema, bytes);
    if (graph !== undefined) return graph;
  } catch (cause) {
    throw unusable(path, 'no ONNX model', cause);
  }
  throw unusable(path, 'an ONNX model without a graph');
}
