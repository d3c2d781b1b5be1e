import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';
import { upTo } from './parse-option.ts';
import { channelsOption, meanOption, scaleOption, sizeOption } from './preprocessing-options.ts';
import { providerOption } from './provider-option.ts';

/** Adds the options of all commands that load a model: where it runs, and how its images are prepared. */
export const loadingOptions = <Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) =>
  command
    .addOption(providerOption())
    .option('--threads <number>', 'ONNX Runtime threads', upTo('threads'))
    .optionsGroup('Needed together for a model without hm metadata:')
    .addOption(sizeOption())
    .addOption(meanOption())
    .addOption(scaleOption())
    .addOption(channelsOption());

/** Adds the options of all commands that embed photographs with a model. */
export const modelOptions = <Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) =>
  loadingOptions(
    command
      .addOption(
        new Option('--flip <how>', 'how to add the embedding of the mirrored image')
          .choices(['off', 'sum', 'concat'] as const)
          .default('off' as const),
      )
      .option('--output <name>', 'name of the embedding output, if the model has several outputs')
      .option('--aligned', 'images are aligned faces already: skip face detection')
      .addOption(
        new Option('--prefer <which>', 'which face to use if a photograph shows several').choices([
          'largest',
          'center',
          'highest-score',
        ] as const),
      )
      .option('--workers <number>', 'face detection threads (default: one per core)', upTo('workers')),
  )
    .addOption(
      new Option('--template <name>', 'alignment template, unless --aligned is given').choices([
        'arcface-112x112',
        'sphereface-112x96',
        'dlib-150x150',
        'facenet-160x160',
      ] as const),
    )
    .optionsGroup('Options:')
    .option('--json', 'print JSON');
