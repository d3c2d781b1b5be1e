import { type HostTensor, hostTensor, hostZeros, InvalidArgumentError, InvalidDataError } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import type { Backbone } from '../backbone.ts';
import { transposed } from '../transposed.ts';
import { findLayout, type Match, theirNames } from './find-layout.ts';
import { layoutOf, layouts } from './layouts.ts';
import { readStateDict, type StateDict } from './state-dict.ts';
import { type NetworkWeights, shapesOf } from './weights.ts';

/**
 * Reads the values of a backbone from a `.pth` or `.pt` file of PyTorch with InsightFace's, AdaFace's or torchvision's
 * names. It runs no code from the file.
 *
 * @throws {InvalidArgumentError} if the backbone has no known form in PyTorch.
 * @throws {InvalidDataError} if the file is of another network, or of another size.
 * @example
 * const { params, statistics } = pthWeights(await readFile('backbone.pth'), iresnet50());
 */
export function pthWeights(bytes: Uint8Array, backbone: Backbone): NetworkWeights {
  checkArguments(
    'pthWeights',
    { bytes, backbone },
    { bytes: 'bytes', backbone: { has: ['name', 'config'] } },
  );
  const layout = layoutOf(backbone);
  if (layout === undefined) throw unknownNetwork('pthWeights', backbone);
  const state = readStateDict(bytes);
  const match = findLayout(state);
  if (match.layout !== layout) throw otherNetwork(match, backbone);
  return weightsIn(state, match, backbone);
}

/** Reads the values of a backbone from a state dict whose layout is known. */
export function weightsIn(state: StateDict, { layout, prefix }: Match, backbone: Backbone): NetworkWeights {
  const shapes = shapesOf(backbone);
  const { of } = theirNames(layout, shapes);
  for (const name of layout.ones ?? []) assertOnes(name, state.read(prefix + name));
  const channels = shapes.params['head.norm.gamma']?.[0];
  const read = (ours: string, shape: readonly number[]) => {
    const theirs = of.get(ours);
    if (theirs === undefined) return hostZeros('float32', shape);
    const wanted = theirShape(shape);
    const found = state.shapeOf(prefix + theirs);
    if (found.join() !== wanted.join()) throw otherSize(theirs, found, wanted);
    const value = ourOrder(
      state.read(prefix + theirs),
      shape,
      ours === 'head.dense.weight' ? channels : undefined,
    );
    return layout.takesBgr && ours === 'stem.filter' ? turnedRound(value) : value;
  };
  const readAll = (part: Readonly<Record<string, readonly number[]>>) =>
    Object.fromEntries(Object.entries(part).map(([name, shape]) => [name, read(name, shape)]));
  return { params: readAll(shapes.params), statistics: readAll(shapes.statistics) };
}

type Weight = HostTensor<'float32'>;

/**
 * Returns PyTorch's shape for one of ours: `[outputs, inputs, height, width]` for a filter
 * `[height, width, inputs, outputs]`, and the transposed shape for a matrix.
 */
export const theirShape = (shape: readonly number[]): readonly number[] =>
  shape.length === 4
    ? [shape[3]!, shape[2]!, shape[0]!, shape[1]!]
    : shape.length === 2
      ? [shape[1]!, shape[0]!]
      : shape;

/**
 * Converts a weight to our order of axes. `channels` is given for the matrix after a flattened map, where PyTorch keeps
 * the positions of each channel together.
 */
function ourOrder(weight: Weight, shape: readonly number[], channels?: number): Weight {
  if (weight.shape.length === 4) return transposed(weight, [2, 3, 1, 0]);
  if (weight.shape.length !== 2) return weight;
  const [outputs, inputs] = weight.shape as [number, number];
  const inputChannels = channels ?? inputs;
  const map = hostTensor('float32', [outputs, inputChannels, inputs / inputChannels, 1], weight.data);
  return hostTensor('float32', shape, transposed(map, [2, 3, 1, 0]).data);
}

/** Returns a stem's filter with its input channels in reverse order. */
export function turnedRound({ shape, data }: Weight): Weight {
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  const turned = new Float32Array(data.length);
  for (let tap = 0; tap < height * width; tap++)
    for (let channel = 0; channel < inputs; channel++) {
      const from = (tap * inputs + channel) * outputs;
      turned.set(data.subarray(from, from + outputs), (tap * inputs + inputs - 1 - channel) * outputs);
    }
  return hostTensor('float32', shape, turned);
}

function assertOnes(name: string, { data }: Weight): void {
  const other = data.find((value) => value !== 1);
  if (other === undefined) return;
  throw new InvalidDataError({
    where: 'PyTorch weights',
    expected: `"${name}" of 1 everywhere, as its training fixes it`,
    received: other,
    fix: 'Export the network to ONNX with PyTorch, and take that file.',
  });
}

const otherSize = (name: string, found: readonly number[], wanted: readonly number[]) =>
  new InvalidDataError({
    where: 'PyTorch weights',
    expected: `"${name}" of [${wanted.join(', ')}], as the backbone has it`,
    received: `[${found.join(', ')}]`,
    fix:
      wanted.length === found.length && wanted.length <= 2 && found[0] !== wanted[0]
        ? `Take embeddings of ${found[0]} numbers: embeddingSize: ${found[0]} (\`--embedding-size ${found[0]}\`).`
        : 'Take the backbone of that size: fromPth (`hm train --pretrained FILE.pth` without `--backbone`) finds it.',
    fields: { name, found, wanted },
  });

const otherNetwork = ({ layout }: Match, { name }: Backbone) =>
  new InvalidDataError({
    where: 'PyTorch weights',
    expected: `those of ${name}`,
    received: `those of ${layout.network} of ${layout.source}`,
    fix: 'Leave the backbone out: fromPth (`hm train --pretrained FILE.pth`) makes it of the file.',
  });

export const unknownNetwork = (where: string, { name }: Backbone) =>
  new InvalidArgumentError({
    where,
    expected: `a network with a form in PyTorch: ${[...new Set(layouts.map(({ network }) => network))].join(', ')}`,
    received: name,
    fix: 'Write it as ONNX, which every framework reads: exportRun (`hm export RUN --out model.onnx`).',
  });
