import { checkArguments } from './check/check-options.ts';
import { fromTensors, toTensors } from './host-conversion.ts';
import { flattenParams, type Params, unflattenParams } from './params.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

/** A parameter tree read from a file; the caller disposes of the tensors. */
export interface LoadedParams {
  params: Params;
  /** The file's free-form strings. */
  metadata: Record<string, string>;
}

/**
 * Encodes a parameter tree as the bytes of a safetensors file, with tensors named `a.b.c`.
 *
 * @example
 * await writeFile('backbone.safetensors', saveParams(params, { licence: 'MIT' }));
 */
export const saveParams = (params: Params, metadata: Record<string, string> = {}): Uint8Array => {
  checkArguments('saveParams', { params }, { params: 'object' });
  return encodeSafetensors(fromTensors(flattenParams(params)), metadata);
};

/**
 * Reads the parameter tree of a safetensors file; the caller disposes of it. Copy `bytes` before changing them: the
 * tensors may share their memory.
 *
 * @throws {InvalidDataError} if the file is truncated or damaged.
 */
export function loadParams(bytes: Uint8Array): LoadedParams {
  const { tensors, metadata } = decodeSafetensors(bytes);
  return { params: unflattenParams(toTensors(tensors)), metadata };
}
