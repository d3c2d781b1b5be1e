import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';
import { upTo } from './parse-option.ts';
import { channelsOption, meanOption, scaleOption, sizeOption } from './preprocessing-options.ts';
import { providerOption } from './provider-option.ts';

/** Options of every command that embeds photographs with a model. */
export const modelOptions = <Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) =>
  command
    .addOption(
      new Option('--flip <how>', 'what the mirrored image adds')
        .choices(['off', 'sum', 'concat'] as const)
        .default('off' as const),
    )
    .option('--output <name>', 'the embedding, of a model with several outputs')
    .option('--aligned', 'the photographs are aligned faces already: look for none')
    .addOption(
      new Option('--prefer <which>', 'the subject among several faces').choices([
        'largest',
        'center',
        'highest-score',
      ] as const),
    )
    .option('--workers <number>', 'threads that look for faces (default: one per core)', upTo('workers'))
    .addOption(providerOption())
    .option('--threads <number>', 'threads of ONNX Runtime', upTo('threads'))
    .optionsGroup('For a model without our metadata, all of them:')
    .addOption(sizeOption())
    .addOption(meanOption())
    .addOption(scaleOption())
    .addOption(channelsOption())
    .addOption(
      new Option('--template <name>', 'where the landmarks go, unless --aligned').choices([
        'arcface-112x112',
        'sphereface-112x96',
        'dlib-150x150',
        'facenet-160x160',
      ] as const),
    )
    .optionsGroup('Options:')
    .option('--json', 'print one JSON object');
