import { command } from '../command.ts';
import { wholeNumber } from '../options/parse-option.ts';
import { addTo, assignment, insteadOf } from '../train/options.ts';

const AFTER = `
Losses:    ce, soft-margin-softmax, l-softmax, a-softmax, cosface, am-softmax, arcface, combined-margin, subcenter-arcface,
           adaptiveface, curricularface, mv-softmax, magface, adaface, sphereface2, uniface, triplet, contrastive, msml,
           marginal, circle
Backbones: resnet18, resnet34, iresnet18, iresnet34, iresnet50, iresnet100, mobilefacenet, mobilenetv4, dlib-resnet

--set changes every other setting, by its name in a recipe or in the options of train() of @hm/train:
  --set optimizer.kind=adamw --set schedule.kind=cosine --set weightDecay.norms=0 --set sampler.kind=balanced
  --set loss.scale=32 --set backbone.stem=face --set data.minImages=5 --set patience=3 --set keep=5
To write your own recipe, pass a JSON file. With @hm/train/recipe.schema.json an editor checks and completes it.

Ctrl-C finishes the step and writes a checkpoint, from which --resume continues. Closing the terminal, a closed pipe and
kill (SIGTERM) do the same; under nohup a closed terminal is ignored. The exit status is 128 plus the signal's number.

Under Open MPI several processes share every batch (install koffi beside @hm/cli):
  mpirun -np 4 hm train …
--batch is the total of all processes, whose number may change with --resume. Only rank 0 writes and prints. To stop
with a checkpoint, send SIGUSR2 to mpirun; for Ctrl-C give it time: mpirun --mca odls_base_sigkill_timeout 60 …`;

/** `hm train`: trains a backbone with a loss. */
export const train = () => {
  const declared = command('train', insteadOf)
    .description('Train a network on aligned faces, one folder per identity.')
    .requiredOption('--out <run>', 'folder of the run: checkpoints and metrics.jsonl')
    .option('--resume', 'resume from the newest checkpoint, with the same options')
    .option('--from <run>', 'repeat a run with its options; options given here override them')
    .option('--recipe <name>', 'recipe: paper, quick, finetune, or a JSON file (default: paper)')
    .option(
      '--set <name=value>',
      'any other setting, such as optimizer.kind=adamw; may be repeated',
      assignment,
    )
    .option(
      '--dashboard [port]',
      'serve a live dashboard on this machine (default: any free port)',
      wholeNumber,
    )
    .option('--json', 'print the events of metrics.jsonl as JSON lines');
  addTo(declared as never);
  return declared
    .addHelpText('after', AFTER)
    .action(async (options, self) =>
      (await import('../train/run-training.ts')).runTraining(options, self as never),
    );
};
