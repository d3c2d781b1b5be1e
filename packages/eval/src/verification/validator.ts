import type { VerificationProtocol } from '@hm/datasets';
import { checkArguments, checkOptions, type OptionKinds } from '@hm/tensor/host';
import { type EmbedderOptions, embedderOptions, loadEmbedder } from '../embedder/embedder.ts';
import { verify } from './verify.ts';

/** Options of {@link validator}. */
export interface ValidatorOptions extends EmbedderOptions {
  /** The measure. Default `accuracy`; the area under the curve is finer than that on few pairs. */
  measure?: 'accuracy' | 'auc' | undefined;
}

/** Types of the members of {@link ValidatorOptions}. */
export const validatorOptions: OptionKinds<ValidatorOptions> = {
  ...embedderOptions,
  measure: { oneOf: ['accuracy', 'auc'] },
};

/**
 * Returns a function that scores any network on a protocol (higher is better), for use as `validate` of `train` in
 * @hm/train.
 *
 * @returns A function that takes an ONNX file or its bytes, and throws the same errors as {@link loadEmbedder} and
 * {@link verify}.
 * @throws {InvalidArgumentError} if an option is unknown or of another type.
 * @example
 * const run = train({ data, backbone, head, out, validate: validator(await lfwPairs('lfw-112x112')) });
 */
export function validator(protocol: VerificationProtocol, options: ValidatorOptions = {}) {
  const { measure = 'accuracy', ...loading } = checkOptions('validator', options, validatorOptions);
  checkArguments('validator', { protocol }, { protocol: { has: ['name', 'images'] } });
  return async (model: string | Uint8Array): Promise<{ name: string; score: number }> => {
    const embedder = await loadEmbedder(model, loading);
    try {
      return { name: measure, score: (await verify(embedder, protocol))[measure] };
    } finally {
      await embedder.release();
    }
  };
}
