// `node tools/tfjs-node/build.mjs [FOLDER]`: builds the native binding of @tensorflow/tfjs-node on this machine, from
// the C++ sources in its npm package and the C library in PyPI's TensorFlow wheel. With it, the engine tfjs tensorflow
// can be tested where the prebuilt binary is not available. Needs Linux on x64, Python 3 with pip, a C++ compiler,
// make, 0.9 GB and a minute. Tests find it in its default place, other programs by HM_TFJS_NODE=FOLDER.
import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { succeed } from '../consumer/execute.mjs';

const TFJS_VERSION = '4.22.0';
// tfjs-node was written for the C API of 2.9, which this version still has. No Python code of the wheel is used, so it
// may be for another Python version than this machine's.
const WHEEL = ['tensorflow-cpu==2.15.1', '--python-version=3.11', '--implementation=cp'];
const PLATFORM = '--platform=manylinux2014_x86_64';
const NAPI = 8;

const repository = fileURLToPath(new URL('../..', import.meta.url));
const folder = resolve(process.argv[2] ?? join(repository, 'node_modules/.cache/tfjs-node'));
const installed = join(folder, 'node_modules/@tensorflow/tfjs-node');
const library = join(folder, 'tensorflow');

if (`${process.platform} ${process.arch}` !== 'linux x64')
  throw new Error(`The wheel's library is for linux x64, and this is ${process.platform} ${process.arch}.`);

mkdirSync(folder, { recursive: true });
installPackage();
sharePackages('@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu');
unpackLibrary();
buildBinding();
console.log(tryOut());
console.log(`Built. Tests find it; for other programs: export HM_TFJS_NODE=${folder}`);

function installPackage() {
  console.log(`Installing @tensorflow/tfjs-node ${TFJS_VERSION} without its install script`);
  const dependencies = { '@tensorflow/tfjs-node': TFJS_VERSION };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
  succeed(folder, 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund']);
}

/**
 * Links packages instead of installing them again. tfjs-core holds the registry of backends, so there must be one copy.
 */
function sharePackages(...names) {
  const require = createRequire(join(repository, 'package.json'));
  for (const name of names) {
    const target = join(folder, 'node_modules', name);
    const source = realpathSync(dirname(require.resolve(`${name}/package.json`)));
    rmSync(target, { recursive: true });
    symlinkSync(source, target);
  }
}

function unpackLibrary() {
  if (existsSync(join(library, 'libtensorflow_cc.so.2'))) return;
  console.log(`Downloading ${WHEEL[0]}`);
  const wheels = join(folder, 'wheel');
  const download = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', PLATFORM, ...WHEEL];
  succeed(folder, 'python3', [...download, `--dest=${wheels}`]);
  const unpack = `
import pathlib, zipfile
wheel = zipfile.ZipFile(next(pathlib.Path('wheel').glob('*.whl')))
wheel.extractall('.', [name for name in wheel.namelist() if name.startswith(('tensorflow/libtensorflow', 'tensorflow/include/tensorflow/', 'tensorflow/include/tsl/'))])
`;
  succeed(folder, 'python3', ['-c', unpack]);
  rmSync(wheels, { recursive: true });
}

function buildBinding() {
  console.log('Building the binding');
  const libraries = join(installed, 'deps/lib');
  mkdirSync(libraries, { recursive: true });
  symlinkSync(join(library, 'include'), join(installed, 'deps/include'));
  for (const [file, plain] of [
    ['libtensorflow_cc.so.2', 'libtensorflow.so'],
    ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'],
  ]) {
    for (const name of [file, plain]) symlinkSync(join(library, file), join(libraries, name));
  }
  const variables = ['--module_name=tfjs_binding', `--module_path=${join(installed, `lib/napi-v${NAPI}`)}`];
  succeed(installed, 'npx', [
    ...['--yes', 'node-gyp@12', 'rebuild', ...variables, `--napi_build_version=${NAPI}`, ...ownHeaders()],
  ]);
}

/** Returns the option for the headers of this Node, if it has any. Otherwise node-gyp downloads them. */
function ownHeaders() {
  const root = resolve(dirname(realpathSync(process.execPath)), '..');
  return existsSync(join(root, 'include/node/node_api.h')) ? [`--nodedir=${root}`] : [];
}

function tryOut() {
  const program = `
    const tf = require('@tensorflow/tfjs-node');
    const y = tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0];
    if (y !== 11) throw new Error('1 · 3 + 2 · 4 = ' + y);
    console.log('It computes: backend ' + tf.getBackend());
  `;
  return succeed(folder, process.execPath, ['-e', program], { TF_CPP_MIN_LOG_LEVEL: '1' }).trim();
}
