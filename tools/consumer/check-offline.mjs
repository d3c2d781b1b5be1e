import { join } from 'node:path';
import { execute } from './execute.mjs';
import { Project } from './project.mjs';

/** Returns Node's arguments for an `hm` command. */
const hm = (line) => ['node_modules/@hm/cli/dist/hm.js', ...line.split(' ')];

const faces = '--synthetic 4 --set synthetic.imagesPerIdentity=4 --image-size 32 --batch 8';

/**
 * Checks programs without a network, in their own network namespace, installed without install scripts. Everything
 * runs, and what needs the network says what to do. Returns the problems.
 */
export function checkOffline(folder, registry) {
  if (execute(folder, 'unshare', ['-rn', 'true']).status !== 0) {
    console.log('nothing is tried without a network: `unshare -rn` is not there or not allowed');
    return [];
  }
  const project = new Project(join(folder, 'offline'), registry);
  const packages = ['@hm/cli', '@hm/eval', 'onnxruntime-node'];
  if (!project.install('npm', packages, '--ignore-scripts')) return project.problems;
  project.prefix = ['unshare', '-rn'];
  runsWithout(project);
  saysWhatIsMissing(project);
  return project.problems;
}

function runsWithout(project) {
  const node = process.execPath;
  project.expectSilence('hm train', node, hm(`train ${faces} --loss hm-ce --epochs 1 --out run`));
  project.expectSilence('hm export', node, hm('export run'));
  // Its script downloads files unless a variable forbids it, as the READMEs say. `execute` sets the variable.
  project.expectSilence('the script of onnxruntime-node', 'npm', ['rebuild', 'onnxruntime-node']);
}

function saysWhatIsMissing(project) {
  const byHand = /Where the network is closed, put these into lfw .*pairs\.txt/s;
  project.expectMessage('hm data fetch', hm('data fetch lfw'), byHand);
  project.write(
    'cuda.mjs',
    "import { loadEmbedder } from '@hm/eval';\nawait loadEmbedder('run/model.onnx', { provider: 'cuda' });\n",
  );
  const cuda = /UnavailableError.*(provider cuda to start.*install script|one of the providers)/s;
  project.expectMessage('CUDA without its libraries', ['cuda.mjs'], cuda);
}
