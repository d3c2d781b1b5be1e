// `node tools/gpu/pack.mjs FOLDER [--cuda WHEEL] [--level 0-9]`: packs everything that measure.mjs needs on a bare
// Linux machine, in folders of under 60 MB each: Node, ONNX Runtime, the built packages, the conformance suite, and
// run.sh, which unpacks and starts them.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../run-stage.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cuda: { type: 'string' }, level: { type: 'string', default: '6' } },
});
const [out] = positionals;
if (out === undefined || process.platform !== 'linux' || process.arch !== 'x64') {
  console.error('node tools/gpu/pack.mjs FOLDER [--cuda WHEEL] [--level 0-9], on Linux, x64');
  process.exit(2);
}

/** Size of a part in bytes, below 60 MB. */
const PART = 59_000_000;
/** Other packages that the suite and the benches import themselves. */
const libraries = ['vitest', 'onnxruntime-node', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'];

const folder = mkdtempSync(join(tmpdir(), 'hm-gpu-'));
const kit = join(folder, 'kit');
try {
  install();
  if (values.cuda !== undefined) addCuda(resolve(values.cuda));
  copySources();
  mkdirSync(join(kit, 'bin'));
  cpSync(process.execPath, join(kit, 'bin/node'));
  writeParts(resolve(out));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Installs the packages from tarballs, as users install them. */
function install() {
  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs);
  const packing = ['-r', '--filter', './packages/*', 'pack', '--pack-destination', tarballs];
  run('npx', ['--yes', 'pnpm@12', ...packing], root);
  const own = readdirSync(tarballs).map((file) => [nameOf(file), `file:${join(tarballs, file)}`]);
  const others = libraries.map((name) => [name, versionOf(name)]);
  mkdirSync(kit);
  const manifest = { private: true, type: 'module', dependencies: Object.fromEntries([...own, ...others]) };
  writeFileSync(join(kit, 'package.json'), JSON.stringify(manifest));
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'], kit);
  const binaries = join(kit, 'node_modules/onnxruntime-node/bin/napi-v6');
  for (const system of readdirSync(binaries)) {
    if (system !== 'linux') rmSync(join(binaries, system), { recursive: true });
  }
  rmSync(join(binaries, 'linux/arm64'), { recursive: true, force: true });
}

/** Returns the package name of a tarball: `@hm/onnx` for `hm-onnx-0.0.0.tgz`. */
function nameOf(tarball) {
  const [, name] = /^hm-(\w+)-/.exec(tarball);
  return `@hm/${name}`;
}

function versionOf(name) {
  const require = createRequire(join(root, 'package.json'));
  let file = dirname(require.resolve(name));
  while (basename(file) !== name.split('/').at(-1)) file = dirname(file);
  return JSON.parse(readFileSync(join(file, 'package.json'), 'utf8')).version;
}

/** Adds ONNX Runtime's CUDA provider from the wheel `onnxruntime-gpu` of the same version. */
function addCuda(wheel) {
  const version = versionOf('onnxruntime-node');
  if (!basename(wheel).startsWith(`onnxruntime_gpu-${version}-`))
    throw new Error(
      `--cuda: expected the wheel onnxruntime_gpu-${version}-*-manylinux*_x86_64.whl, got ${wheel}`,
    );
  const files = ['cuda', 'shared'].map((part) => `onnxruntime/capi/libonnxruntime_providers_${part}.so`);
  const target = join(kit, 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64');
  run('unzip', ['-q', '-j', wheel, ...files, '-d', target], folder);
}

/** Copies the sources of the conformance suite. It is TypeScript, which vitest runs without a build. */
function copySources() {
  const sources = ['packages/train/src', 'packages/train/package.json', 'tools/software-gpu.ts', 'tools/gpu'];
  const benches = ['contestant.mjs', 'step-of.mjs', 'embed-model.mjs', 'resnet.py', 'serve.py'];
  for (const name of [...sources, ...benches.map((file) => `tools/bench/${file}`)])
    cpSync(join(root, name), join(kit, name), { recursive: true });
}

function writeParts(target) {
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(target).filter((name) => /^part-\d+$/.test(name)))
    rmSync(join(target, name), { recursive: true });
  const archive = join(folder, 'kit.tar.xz');
  run('tar', ['-C', folder, '-I', `xz -T0 -${values.level}`, '-cf', archive, 'kit'], folder);
  run('split', ['-b', String(PART), '-d', '-a', '2', archive, join(folder, 'kit.tar.xz.')], folder);
  const pieces = readdirSync(folder).filter((name) => /^kit\.tar\.xz\.\d+$/.test(name));
  for (const [index, piece] of pieces.sort().entries()) {
    const part = join(target, `part-${index + 1}`);
    mkdirSync(part);
    cpSync(join(folder, piece), join(part, piece));
  }
  cpSync(join(root, 'tools/gpu/run.sh'), join(target, 'part-1/run.sh'));
  console.log(
    `${pieces.length} folder${pieces.length > 1 ? 's' : ''} in ${target}: part-1/run.sh starts what they hold`,
  );
}

function run(command, options, cwd) {
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  execFileSync(command, options, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
}
