import { create } from '@bufbuild/protobuf';
import { hostTensor, Rng } from '@hm/tensor/host';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { expect, test } from 'vitest';
import { Graph } from '../graph.ts';
import { type ModelFile, readModelFile, writeModelFile } from '../precision/model-file.ts';
import { valueInfoProto } from '../protos.ts';
import { createSession } from '../session.ts';
import { foldConstants } from './fold-constants.ts';
import { rewrite } from './rewrite.ts';

const rng = Rng.of('rewrite');
const numbers = (length: number) => Float32Array.from({ length }, () => rng.normal());
const image = { name: 'x', dtype: 'float32' as const, shape: ['N', 3, 6, 6] };
const x = hostTensor('float32', [2, 3, 6, 6], numbers(216));

/** A convolution and a PReLU, which becomes other operators where convolutions are blocked, as one file or another. */
function network(build: (graph: Graph, y: string) => string, change: (file: ModelFile) => void): Uint8Array {
  const graph = new Graph();
  const filter = graph.constant('float32', [32, 3, 3, 3], numbers(864), 'filter');
  const slopes = graph.constant('float32', [32, 1, 1], numbers(32), 'slopes');
  graph.publish(build(graph, graph.add('PRelu', [graph.add('Conv', ['x', filter]), slopes])), 'y');
  const file = readModelFile(graph.encode([image], [{ name: 'y' }]));
  change(file);
  return writeModelFile(file);
}

/** Lists every constant as an input, as files before IR version 4 do. */
function listConstants({ model, graph }: ModelFile): void {
  model.irVersion = 3n;
  model.opsetImport[0]!.version = 8n;
  for (const { name, dims } of graph.initializer) {
    const value = valueInfoProto({ name, dtype: 'float32', shape: dims.map(Number) });
    graph.input.push(create(ValueInfoProtoSchema, value));
  }
}

async function expectToRun(model: Uint8Array, shape: number[]): Promise<void> {
  const direct = await createSession(model, { convolutions: 'direct', threads: 1 });
  const session = await createSession(model, { threads: 1 });
  expect(session.inputs.map(({ name }) => name)).toEqual(['x']);
  const [{ y }, { y: wanted }] = await Promise.all([session.run({ x }), direct.run({ x })]);
  expect(y!.shape).toEqual(shape);
  expect(y).toEqual(wanted);
  await Promise.all([session.release(), direct.release()]);
}

test('a constant that an old file lists among its inputs is none once it is gone', async () => {
  const model = network((_, y) => y, listConstants);
  await expectToRun(model, [2, 32, 4, 4]);
});

test('nor is one whose name another constant has taken over', async () => {
  const graph = new Graph();
  const held = graph.constant('float32', [4, 3], numbers(12), 'held');
  graph.publish(graph.add('MatMul', ['x', graph.add('Transpose', [held])]), 'y');
  const rows = { name: 'x', dtype: 'float32' as const, shape: ['N', 4] };
  const file = readModelFile(graph.encode([{ ...rows, shape: ['N', 3] }], [{ ...rows, name: 'y' }]));
  listConstants(file);
  rewrite(file, foldConstants);
  expect(file.graph.input.map(({ name }) => name)).toEqual(['x']);
  const session = await createSession(writeModelFile(file));
  const { y } = await session.run({ x: hostTensor('float32', [1, 3], Float32Array.of(1, 0, 0)) });
  expect(y!.shape).toEqual([1, 4]);
  await session.release();
});

const LARGEST_INTEGER = 2n ** 63n - 1n;

test('integers that no number holds stay as they are', async () => {
  const sliced = network(
    (graph, y) => graph.add('Slice', [y], { attributes: { axes: [1], starts: [16], ends: [0] } }),
    ({ model, graph }) => {
      model.opsetImport[0]!.version = 9n;
      const slice = graph.node.find(({ opType }) => opType === 'Slice')!;
      slice.attribute.find(({ name }) => name === 'ends')!.ints = [LARGEST_INTEGER];
    },
  );
  await expectToRun(sliced, [2, 16, 4, 4]);
  const held = network(
    (graph, y) => graph.add('Slice', [y, graph.integers(16), graph.add('Constant', []), graph.integers(1)]),
    ({ graph }) => {
      const ends = { name: 'value_ints', type: AttributeType.INTS, ints: [LARGEST_INTEGER] };
      const constant = graph.node.find(({ opType }) => opType === 'Constant')!;
      constant.attribute.push(create(AttributeProtoSchema, ends));
    },
  );
  await expectToRun(held, [2, 16, 4, 4]);
});
