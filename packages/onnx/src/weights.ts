import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { checkArguments, type HostTensor, InvalidDataError } from '@hm/tensor/host';
import { fieldsOf } from './metadata.ts';

/**
 * Numbers of the fields `ModelProto.graph` and `GraphProto.initializer`, and of dimension, name and data in
 * `TensorProto`.
 */
const FIELDS = { graph: 7, initializer: 5, dimension: 1, name: 8, data: 9 };

/**
 * Returns a copy of an ONNX file in which the initializers of these names have no values, so that a network's weights
 * can be kept elsewhere.
 */
export function withoutWeights(model: Uint8Array, names: readonly string[]): Uint8Array<ArrayBuffer> {
  checkArguments('withoutWeights', { model, names }, { model: 'bytes', names: 'array' });
  return withInitializers(model, (tensor) =>
    names.includes(nameOf(tensor))
      ? rewritten(tensor, (field) => (field.number === FIELDS.data ? [] : undefined))
      : tensor,
  );
}

/**
 * Returns a copy of an ONNX file with values for the initializers that have none, by their names. Filters are given in
 * tfjs's order, `[height, width, in, out]`, and stored in the file as `[out, in, height, width]`.
 *
 * @param graph the file, or its base64, in which form a source file can hold it.
 * @throws {InvalidDataError} if the values of one of them are missing or of another size.
 * @example
 * const model = withWeights(graph, { 'stem.filter': filter, 'dense.weight': weight });
 */
export function withWeights(
  graph: Uint8Array | string,
  weights: Readonly<Record<string, HostTensor<'float32'>>>,
): Uint8Array<ArrayBuffer> {
  checkArguments('withWeights', { graph, weights }, { graph: ['bytes', 'string'], weights: 'object' });
  const file =
    typeof graph === 'string' ? Uint8Array.from(atob(graph), (letter) => letter.charCodeAt(0)) : graph;
  return withInitializers(file, (tensor) => {
    if (fieldsOf(tensor).some(({ number }) => number === FIELDS.data)) return tensor;
    const values = inFile(nameOf(tensor), weights[nameOf(tensor)], sizeOf(tensor));
    const writer = new BinaryWriter().raw(tensor).tag(FIELDS.data, WireType.LengthDelimited);
    return writer.bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).finish();
  });
}

function withInitializers(
  model: Uint8Array,
  change: (tensor: Uint8Array) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const graphOf = (graph: Uint8Array) =>
    rewritten(graph, ({ number, body }) => (number === FIELDS.initializer ? [change(body)] : undefined));
  return rewritten(model, ({ number, body }) => (number === FIELDS.graph ? [graphOf(body)] : undefined));
}

/** Rewrites a message with other contents for some of its fields; undefined leaves a field as it is. */
function rewritten(
  message: Uint8Array,
  change: (field: { number: number; body: Uint8Array }) => Uint8Array[] | undefined,
): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  const fields = fieldsOf(message);
  for (const [index, field] of fields.entries()) {
    const bodies = change(field);
    if (bodies === undefined)
      writer.raw(message.subarray(field.start, fields[index + 1]?.start ?? message.length));
    for (const body of bodies ?? []) writer.tag(field.number, WireType.LengthDelimited).bytes(body);
  }
  return writer.finish();
}

const nameOf = (tensor: Uint8Array): string =>
  new TextDecoder().decode(fieldsOf(tensor).find(({ number }) => number === FIELDS.name)?.body);

const sizeOf = (tensor: Uint8Array): number =>
  fieldsOf(tensor)
    .filter(({ number }) => number === FIELDS.dimension)
    .reduce((size, { body }) => size * Number(new BinaryReader(body).int64()), 1);

/** Returns a tensor's values in the order of the file. */
function inFile(name: string, tensor: HostTensor<'float32'> | undefined, size: number): Float32Array {
  if (tensor?.data.length !== size) throw otherWeights(name, size, tensor?.shape);
  const { data, shape } = tensor;
  if (shape.length !== 4) return data;
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  const filter = new Float32Array(size);
  let to = 0;
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++)
      for (let place = 0; place < height * width; place++)
        filter[to++] = data[(place * inputs + input) * outputs + output]!;
  return filter;
}

const otherWeights = (name: string, size: number, shape: readonly number[] | undefined) =>
  new InvalidDataError({
    where: 'withWeights',
    expected: `${size} numbers for "${name}"`,
    received: shape === undefined ? 'none' : `[${shape.join(', ')}]`,
    fix: 'Take the weights of the network that the graph is of.',
    fields: { name },
  });
