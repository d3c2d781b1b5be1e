import { InvalidDataError } from '@hm/tensor/host';
import { readBeside } from '#runtime';
import { fieldsOf } from './metadata.ts';

/** A file with weights as ONNX Runtime takes it: under the name that the model uses for it. */
export interface ExternalFile {
  path: string;
  data: Uint8Array;
}

/**
 * Reads the files beside a model that hold its weights. Their names are relative to the model, not to the working
 * directory, and must not lead out of the model's folder.
 *
 * @throws {InvalidDataError} if one is missing or its name leads out of the model's folder, or the model was given as
 * bytes.
 */
export async function externalWeights(
  bytes: Uint8Array,
  location: string | undefined,
): Promise<ExternalFile[]> {
  const names = externalNames(bytes);
  if (location === undefined && names.length > 0) throw withoutPlace(names[0]!);
  return Promise.all(
    names.map(async (name) => {
      if (leadsAway(name)) throw elsewhere(location!, name);
      return { path: name, data: await readBeside(location!, name) };
    }),
  );
}

const leadsAway = (name: string) =>
  name === '' ||
  /^([/\\]|[a-z][a-z+.-]*:)/i.test(name) ||
  name.split(/[/\\]/).includes('..') ||
  name.includes('\0');

// Field numbers that lead to a tensor in ONNX's messages: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
const MODEL = { graph: 7, functions: 25 };
const GRAPH = { node: 1, initializer: 5, sparseInitializer: 15 };
const NODE = { attribute: 5 };
const FUNCTION = { node: 7 };
const ATTRIBUTE = { t: 5, g: 6, tensors: 10, graphs: 11, sparseTensor: 22, sparseTensors: 23 };
const SPARSE = { values: 1, indices: 2 };
const TENSOR = { externalData: 13 };

/** Returns the names of all files in which the tensors of a model are stored. */
export function externalNames(model: Uint8Array): string[] {
  const names = new Set<string>();
  const parts = (message: Uint8Array, number: number) =>
    fieldsOf(message).flatMap((field) => (field.number === number ? [field.body] : []));
  const tensor = (message: Uint8Array) => {
    for (const entry of parts(message, TENSOR.externalData)) {
      const [key, value] = [1, 2].map((number) => new TextDecoder().decode(parts(entry, number).at(-1)));
      if (key === 'location') names.add(value!);
    }
  };
  const sparse = (message: Uint8Array) => {
    for (const number of [SPARSE.values, SPARSE.indices]) parts(message, number).forEach(tensor);
  };
  const attribute = (message: Uint8Array) => {
    for (const number of [ATTRIBUTE.t, ATTRIBUTE.tensors]) parts(message, number).forEach(tensor);
    for (const number of [ATTRIBUTE.g, ATTRIBUTE.graphs]) parts(message, number).forEach(graph);
    for (const number of [ATTRIBUTE.sparseTensor, ATTRIBUTE.sparseTensors])
      parts(message, number).forEach(sparse);
  };
  const node = (message: Uint8Array) => parts(message, NODE.attribute).forEach(attribute);
  const graph = (message: Uint8Array) => {
    parts(message, GRAPH.initializer).forEach(tensor);
    parts(message, GRAPH.sparseInitializer).forEach(sparse);
    parts(message, GRAPH.node).forEach(node);
  };
  parts(model, MODEL.graph).forEach(graph);
  for (const called of parts(model, MODEL.functions)) parts(called, FUNCTION.node).forEach(node);
  return [...names];
}

const withoutPlace = (name: string) =>
  new InvalidDataError({
    where: 'createSession',
    expected: 'a model with its weights inside, as it came as bytes',
    received: `weights in another file, ${name}`,
    fix: 'Pass the path of the model, or save it as one file.',
    fields: { name },
  });

const elsewhere = (model: string, name: string) =>
  new InvalidDataError({
    where: model,
    expected: 'weights in a file beside the model',
    received: name,
    fix: 'Save the model again with its weights beside it, or inside.',
    fields: { path: model, name },
  });
