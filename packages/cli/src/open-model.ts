import type { Recognizer, RecognizerOptions } from '@hm/recognize';
import { type PreprocessingOptions, preprocessingFromOptions } from './options/preprocessing-from-options.ts';
import { withoutUndefined } from './options/without-undefined.ts';

/** Values of {@link modelOptions}. */
export interface OpenModelOptions
  extends PreprocessingOptions,
    Pick<
      RecognizerOptions,
      'flip' | 'output' | 'prefer' | 'workers' | 'provider' | 'threads' | 'calibration'
    > {
  aligned?: true;
}

/** Opens a model for photographs with the given options, or without a model the network that npm installs. */
export async function openModel(
  where: string,
  model: string | undefined,
  options: OpenModelOptions,
): Promise<Recognizer> {
  const { flip, output, aligned, prefer, workers, provider, threads, calibration } = options;
  const preprocessing = preprocessingFromOptions(options, where);
  const { openRecognizer } = await import('@hm/recognize');
  return openRecognizer(
    model,
    withoutUndefined({
      flip,
      output,
      aligned,
      prefer,
      workers,
      provider,
      threads,
      calibration,
      preprocessing,
    }),
  );
}
