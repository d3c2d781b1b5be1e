import { command } from '../command.ts';
import { wholeNumber } from '../parse-option.ts';
import { addTo, assignment, insteadOf } from '../train/options.ts';

const AFTER = `
Losses:    ce, soft-margin-softmax, l-softmax, a-softmax, cosface, am-softmax, arcface, combined-margin, subcenter-arcface,
           adaptiveface, curricularface, mv-softmax, magface, adaface, sphereface2, uniface, triplet, contrastive, msml,
           marginal, circle
Backbones: resnet18, resnet34, iresnet18, iresnet34, iresnet50, iresnet100, mobilefacenet, mobilenetv4, dlib-resnet

--set reaches everything else, by the name it has in a recipe or in the options of train() of @hm/train:
  --set optimizer.kind=adamw --set schedule.kind=cosine --set weightDecay.norms=0 --set sampler.kind=balanced
  --set loss.scale=32 --set backbone.stem=face --set data.minImages=5 --set patience=3 --set keep=5
A recipe of your own is a JSON file; @hm/train/recipe.schema.json tells an editor what may be in it.

Ctrl-C finishes the step and writes a checkpoint; --resume goes on from it. So do a closed terminal, a closed pipe and
kill (SIGTERM); under nohup a closed terminal changes nothing. The exit status is 128 and the signal's number.

Several processes share every batch under Open MPI, with koffi installed beside @hm/cli:
  mpirun -np 4 hm train …
--batch is that of all of them, and their number may change with --resume. Only the first writes and prints. To stop
with a checkpoint send SIGUSR2 to mpirun; for Ctrl-C give it time: mpirun --mca odls_base_sigkill_timeout 60 …`;

/** `hm train`: trains a backbone with a loss. */
export const train = () => {
  const declared = command('train', insteadOf)
    .description('Train a network on aligned faces, one folder for each identity.')
    .requiredOption('--out <run>', 'folder for checkpoints and metrics.jsonl')
    .option('--resume', 'go on from the newest checkpoint, with the same options')
    .option('--from <run>', 'repeat a run: its options, but for those that are typed here')
    .option('--recipe <name>', 'paper, quick, finetune, or the JSON file of a recipe (default: paper)')
    .option('--set <name=value>', 'any other setting, any number of times: optimizer.kind=adamw', assignment)
    .option('--dashboard [port]', 'serve a live page on this machine (default: any free port)', wholeNumber)
    .option('--json', 'print one JSON object a line: the events of metrics.jsonl');
  addTo(declared as never);
  return declared
    .addHelpText('after', AFTER)
    .action(async (options, self) =>
      (await import('../train/run-training.ts')).runTraining(options, self as never),
    );
};
