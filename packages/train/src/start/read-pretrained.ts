import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Backbone } from '@hm/resnet';
import { pthWeights } from '@hm/resnet/pth';
import { flattenParams, unflattenParams } from '@hm/tensor';
import { readRegularFile } from '@hm/tensor/files';
import { decodeSafetensors, HmError, type HostTensor, sha256Of } from '@hm/tensor/host';
import { type BackboneValues, freshBackbone } from '../initial-state.ts';
import { newestCheckpoint } from '../run-folder/checkpoint-folder.ts';
import { type NamedValues, unusable } from './named-values.ts';
import { networkFormat } from './network-file.ts';
import { weightsOfOnnx } from './weights-of-onnx.ts';

/** Values for a backbone, and their hash. */
export interface Pretrained extends BackboneValues {
  sha256: string;
}

type HostTensors = Record<string, HostTensor>;

/**
 * Reads a backbone's values, without class weights, from one of:
 * - the folder of a run (its newest checkpoint)
 * - a checkpoint or another safetensors file with the same names
 * - an ONNX file that was exported from this backbone, or that the backbone was made from
 * - a PyTorch `.pth` file
 *
 * @throws {InvalidDataError} if the file cannot be read or its values do not fit the backbone; the message names what
 * is missing or has another shape.
 */
export async function readPretrained(path: string, backbone: Backbone): Promise<Pretrained> {
  const fresh = await freshBackbone(backbone, 1);
  const wanted = { params: flattenParams(fresh.params), statistics: flattenParams(fresh.statistics) };
  const found = await valuesAt(path, backbone, wanted);
  const values = {
    params: pick(path, wanted.params, found.params),
    statistics: pick(path, wanted.statistics, found.statistics),
  };
  return {
    params: unflattenParams(values.params),
    statistics: unflattenParams(values.statistics),
    sha256: hashOf({ ...values.params, ...values.statistics }),
  };
}

async function valuesAt(path: string, backbone: Backbone, wanted: NamedValues): Promise<NamedValues> {
  const bytes = await bytesAt(path);
  if (bytes === undefined) return inState((await newestCheckpoint(path)).checkpoint?.state ?? {});
  const format = networkFormat(path);
  if (format === 'pth') return pthWeights(bytes, backbone);
  if (format === undefined) return inState(tensorsIn(bytes, path));
  if (backbone.name !== 'onnx') return weightsOfOnnx(bytes, backbone, wanted, path);
  // A backbone from fromOnnx already has its file's weights.
  if (backbone.config.sha256 === (await sha256Of(bytes))) return wanted;
  throw unusable(path, 'another ONNX file than the backbone was made of');
}

/** Reads the tensors of a backbone. Other tensors in the file may be of any type. */
function tensorsIn(bytes: Uint8Array, path: string): HostTensors {
  try {
    return decodeSafetensors(bytes, (name) => /^(params\.backbone|statistics)\./.test(name)).tensors;
  } catch (cause) {
    if (!HmError.isInstance(cause)) throw cause;
    throw unusable(path, cause.message, cause, cause.fix);
  }
}

const inState = (state: HostTensors): NamedValues => ({
  params: under('params.backbone.', state),
  statistics: under('statistics.', state),
});

const under = (branch: string, state: HostTensors): HostTensors =>
  Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => name.startsWith(branch))
      .map(([name, value]) => [name.slice(branch.length), value]),
  );

/** Bytes of a file; undefined for a folder. */
async function bytesAt(path: string): Promise<Uint8Array | undefined> {
  try {
    return (await stat(path)).isDirectory() ? undefined : await readRegularFile(path);
  } catch (cause) {
    throw unusable(path, (cause as Error).message, cause);
  }
}

function pick(path: string, wanted: HostTensors, found: HostTensors): HostTensors {
  const entries = Object.entries(wanted).map(([name, { shape, dtype }]) => {
    const value = Object.hasOwn(found, name) ? found[name] : undefined;
    if (value === undefined) throw unusable(path, `no "${name}"`);
    if (value.dtype !== dtype || value.shape.join() !== shape.join())
      throw unusable(
        path,
        `"${name}" of [${value.shape.join(', ')}] where the backbone has [${shape.join(', ')}]`,
      );
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
}

function hashOf(values: HostTensors): string {
  const hash = createHash('sha256');
  for (const [name, { data }] of Object.entries(values))
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}
