import { Option } from '@commander-js/extra-typings';
import { backboneOption, imageSizeOption } from '../backbone-options.ts';
import { command } from '../command.ts';
import { formOption, imageColumnOption, labelColumnOption, splitOption } from '../data/data-options.ts';
import { engineOption } from '../engine-option.ts';
import {
  finiteNumber,
  integer,
  jsonObject,
  nameList,
  numberList,
  positiveInteger,
  upTo,
  wholeNumber,
} from '../parse-option.ts';
import { providerOption } from '../provider-option.ts';

const LOSSES =
  'ce, soft-margin-softmax, l-softmax, a-softmax, cosface, am-softmax, arcface, combined-margin, subcenter-arcface, adaptiveface, ' +
  'curricularface, mv-softmax, magface, adaface, sphereface2, uniface, triplet, contrastive, msml, marginal or circle';

const AFTER = `
Ctrl-C finishes the step and writes a checkpoint; --resume goes on from it. So do a closed terminal, a closed pipe and
kill (SIGTERM); under nohup a closed terminal changes nothing. The exit status is 128 and the signal's number.

Several processes share every batch under Open MPI, with koffi installed beside @hm/cli:
  mpirun -np 4 hm train …
--batch is that of all of them, and their number may change with --resume. Only the first writes and prints. To stop
with a checkpoint send SIGUSR2 to mpirun; for Ctrl-C give it time: mpirun --mca odls_base_sigkill_timeout 60 …`;

/** `hm train`: trains a backbone with a loss. */
export const train = () =>
  command('train')
    .description('Train a network on aligned faces, one folder for each identity.')
    .option('--loss <name>', `${LOSSES}; each with hm- before it for hard mining`)
    .requiredOption('--out <run>', 'folder for checkpoints and metrics.jsonl')
    .option('--from <run>', 'repeat a run: its options, but for those that are typed here')
    .optionsGroup('Data:')
    .option(
      '--data <path>',
      'aligned faces: one folder for each identity, or any other form (hm data --help)',
    )
    .option(
      '--exclude <file>',
      'identities to leave out, one name a line; or casia-lfw, those of LFW in CASIA-WebFace',
    )
    .option('--allow-unknown-exclude', 'with --exclude: some of the names need not be there')
    .addOption(formOption())
    .addOption(splitOption())
    .addOption(imageColumnOption())
    .addOption(labelColumnOption())
    .option('--min-images <number>', 'leave out identities with fewer images (folders only)', positiveInteger)
    .option('--skip-bad-images', 'take another image in the place of one that cannot be decoded')
    .option('--data-license <text>', 'a note about the photographs, for the exported file')
    .option('--synthetic <identities>', 'rendered faces instead of photographs', positiveInteger)
    .option('--images-per-identity <number>', 'of rendered faces', positiveInteger, 20)
    .option('--hardness <share>', 'of rendered faces, 0 to 1', finiteNumber, 0.3)
    .addOption(
      new Option('--augment <how>', "random changes (default: the recipe's)").choices([
        'none',
        'flip',
        'standard',
        'adaface',
      ] as const),
    )
    .optionsGroup('Network and loss:')
    .option('--loss-options <json>', `the loss's own, such as '{"scale":32}'`, jsonObject)
    .addOption(backboneOption())
    .addOption(
      new Option('--stem <name>', 'first layers of a resnet: imagenet (default) or face').choices([
        'imagenet',
        'face',
      ] as const),
    )
    .addOption(
      new Option('--block <name>', 'residual block of a resnet: basic (default) or ir').choices([
        'basic',
        'ir',
      ] as const),
    )
    .addOption(
      new Option('--head <name>', 'last layers of a resnet: gap (default) or E').choices([
        'gap',
        'E',
      ] as const),
    )
    .option('--label-smoothing <share>', 'of the targets, spread over all classes: 0.1', finiteNumber)
    .option('--embedding-norm', 'batch normalisation of the embedding')
    .option('--embedding-size <number>', 'numbers in an embedding', upTo('embeddingSize'), 512)
    .addOption(imageSizeOption('112 or 112x96 (height x width)'))
    .optionsGroup('Training:')
    .addOption(
      new Option('--recipe <name>', 'epochs, batch, learning rate and its schedule')
        .choices(['paper', 'quick', 'finetune'] as const)
        .default('paper' as const),
    )
    .option('--epochs <number>', "instead of the recipe's", positiveInteger)
    .option('--batch <images>', "instead of the recipe's", upTo('batchSize'))
    .option('--lr <number>', "peak learning rate instead of the recipe's", finiteNumber)
    .addOption(
      new Option('--schedule <name>', "of the learning rate, instead of the recipe's").choices([
        'constant',
        'step',
        'cosine',
        'polynomial',
        'one-cycle',
      ] as const),
    )
    .option('--milestones <epochs>', 'of --schedule step: 8,12,16', numberList)
    .option('--factor <number>', 'at each milestone', finiteNumber)
    .option('--power <number>', 'of --schedule polynomial', finiteNumber)
    .option('--warmup-epochs <number>', 'of a rate that grows to the peak', finiteNumber)
    .addOption(
      new Option('--optimizer <name>', "instead of the recipe's").choices([
        'sgd',
        'nesterov',
        'adamw',
      ] as const),
    )
    .option('--momentum <number>', 'of sgd and nesterov', finiteNumber)
    .option('--weight-decay <number>', "instead of the recipe's", finiteNumber)
    .option('--decay-free <groups>', 'without weight decay: norms,biases,head', nameList)
    .option('--clip-norm <number>', 'largest norm of the gradient', finiteNumber)
    .option('--partial-fc <share>', 'compute each step with a share of the classes, drawn anew', finiteNumber)
    .addOption(
      new Option('--sampler <name>', 'which images a batch is made of').choices([
        'uniform',
        'balanced',
        'pairs',
        'hard',
      ] as const),
    )
    .option('--per-identity <images>', 'in a batch, of --sampler pairs and hard', positiveInteger)
    .option('--neighbors <number>', 'look-alikes to draw from, of --sampler hard', positiveInteger)
    .option('--accumulate <number>', 'batches that a step is made of, for little memory', positiveInteger)
    .addOption(
      new Option(
        '--batch-norm <statistics>',
        'of batch normalisation, where processes share a batch',
      ).choices(['local', 'synchronized'] as const),
    )
    .option('--mixed-precision', 'multiply in half precision, with a scaled loss')
    .option('--ema <decay>', 'keep a moving average of the weights: 0.999', finiteNumber)
    .option(
      '--pretrained <path>',
      'network to begin with: a run, a checkpoint, an ONNX file, a .pth of PyTorch',
    )
    .option('--freeze <names>', 'parameters that stay, * for any characters: backbone.stem.*', nameList)
    .option('--seed <number>', 'of first weights, order, augmentation and rendered faces', integer, 1)
    .option('--resume', 'go on from the newest checkpoint, with the same options')
    .option('--allow-changed-data', 'resume although images are not those that the run began with')
    .option('--checkpoint-every <steps>', 'besides one each epoch', positiveInteger)
    .option('--keep <number>', 'checkpoints to keep', positiveInteger)
    .addOption(engineOption())
    .addOption(
      new Option(
        '--kernels <how>',
        'convolutions as they stand, or in the form that is fastest here',
      ).choices(['direct', 'measured'] as const),
    )
    .addOption(providerOption())
    .option('--device <number>', 'which GPU, with the providers cuda and dml', wholeNumber)
    .option('--threads <number>', 'threads of ONNX Runtime', upTo('threads'))
    .option('--workers <number>', 'threads that decode images', upTo('workers'))
    .option(
      '--batch-timeout <seconds>',
      'longest wait for images, such as from a network drive (default: 600)',
      finiteNumber,
    )
    .optionsGroup('Watching:')
    .option('--validate <folder>', 'score the network on aligned images in the form of LFW; the best is kept')
    .option('--validate-pairs <file>', 'list of pairs (default: pairs.txt in the folder or beside it)')
    .option(
      '--validate-people <number>',
      'hold out people of the data, and score the network on pairs of them; the best is kept',
      positiveInteger,
    )
    .option('--patience <validations>', 'end after so many without a better score', positiveInteger)
    .option('--validate-every <steps>', 'instead of each epoch', positiveInteger)
    .option(
      '--validation-timeout <seconds>',
      'longest validation (default: as long as it takes)',
      finiteNumber,
    )
    .option('--hard-samples', 'tell after each epoch how many samples were easy, and how easy')
    .option('--dashboard [port]', 'serve a live page on this machine (default: any free port)', wholeNumber)
    .option('--tensorboard', "write TensorBoard's event files into the run")
    .optionsGroup('Options:')
    .option('--json', 'print one JSON object a line: the events of metrics.jsonl')
    .addHelpText('after', AFTER)
    .action(async (options, command) =>
      (await import('../run-training.ts')).runTraining(options, command as never),
    );
