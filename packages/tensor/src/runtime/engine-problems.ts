import { version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { findPackage, type InstalledPackage } from './find-package.ts';
import { builtin, nodeProcess } from './node-builtins.ts';

/** The reason why an installed package cannot be used here, and how to fix it. */
export interface Problem {
  reason: string;
  fix: string;
}

/** The machine that a package would run on. */
export interface Machine {
  nodeVersion: string;
  platform: string;
  architecture: string;
  /** Folders that the system's dynamic linker searches. */
  libraryFolders: readonly string[];
  /** Folders in which packages are looked up. */
  packageFolders: readonly string[];
}

type Check = (installed: InstalledPackage, machine: Machine) => Problem | undefined;

const ONNX_INSTEAD = 'Use the onnx engine, which needs no native TensorFlow.';

/** Checks of each optional engine; a check returns the first problem it finds. */
export const engineChecks: Record<string, Check> = {
  '@tensorflow/tfjs-node-gpu': (installed, machine) =>
    wrongVersion(installed) ?? gpuPlatform(machine) ?? noBinding(installed) ?? cuda(machine),
  '@tensorflow/tfjs-node': (installed) => wrongVersion(installed) ?? noBinding(installed),
  '@tensorflow/tfjs-backend-cpu': wrongVersion,
  '@tensorflow/tfjs-backend-webgpu': (installed, machine) => wrongVersion(installed) ?? noWebGpu(machine),
  webgpu: ({ path }, { platform, architecture }) =>
    missingBinary(`${path}/dist/${platform}-${platform === 'darwin' ? 'universal' : architecture}`),
  'onnxruntime-node': (installed, { platform, architecture }) =>
    onnxBinary(installed, `${platform}/${architecture}`),
};

/** Requirements of a package, shown where it is not installed. */
export const engineNeeds: Record<string, string> = {
  '@tensorflow/tfjs-node-gpu': 'Linux or Windows on x64, CUDA 11.2, cuDNN 8.1',
  '@tensorflow/tfjs-node': 'macOS, Linux or Windows on x64',
};

/** Notes about packages that can be used. */
export const engineNotes: Record<string, (machine: Machine) => string | undefined> = {
  '@tensorflow/tfjs-node-gpu': removedFunction,
  '@tensorflow/tfjs-node': removedFunction,
};

function removedFunction({ nodeVersion }: Machine): string | undefined {
  if (Number.parseInt(nodeVersion, 10) < 23) return undefined;
  return (
    `it calls util.isNullOrUndefined, which Node ${nodeVersion} no longer has: @hm/train lends it for the length of a ` +
    'step; elsewhere its kernels need Node 22 or older'
  );
}

/** The machine that this process runs on; undefined outside Node. */
export function thisMachine(packageFolders: readonly string[]): Machine | undefined {
  if (!nodeProcess) return undefined;
  const { versions, platform, arch, env } = nodeProcess;
  return {
    nodeVersion: versions.node,
    platform,
    architecture: arch,
    packageFolders,
    libraryFolders: [
      ...(env.LD_LIBRARY_PATH ?? '').split(':').filter(Boolean),
      ...[
        '/usr/local/cuda/lib64',
        '/usr/local/cuda-11.2/lib64',
        '/usr/lib/x86_64-linux-gnu',
        '/usr/lib64',
        '/usr/lib',
      ],
    ],
  };
}

function wrongVersion({ version }: InstalledPackage): Problem | undefined {
  if (version === tfjsVersion) return undefined;
  return {
    reason: `version ${version} beside @tensorflow/tfjs-core ${tfjsVersion}: tfjs packages need equal versions`,
    fix: `Install version ${tfjsVersion} of it.`,
  };
}

function noBinding({ path }: InstalledPackage): Problem | undefined {
  const files = builtin('node:fs');
  const library = `${path}/lib`;
  const bindings = files?.existsSync(library) ? files.readdirSync(library) : [];
  if (bindings.some((folder) => files?.existsSync(`${library}/${folder}/tfjs_binding.node`)))
    return undefined;
  return {
    reason:
      'its native library is missing: the install script that downloads TensorFlow 2.9 did not run or failed',
    fix: `Allow install scripts and run \`npm rebuild\` with access to storage.googleapis.com. ${ONNX_INSTEAD}`,
  };
}

function gpuPlatform({ platform, architecture }: Machine): Problem | undefined {
  if (['linux/x64', 'win32/x64'].includes(`${platform}/${architecture}`)) return undefined;
  return {
    reason: `it is built for linux/x64 and win32/x64, not for ${platform}/${architecture}`,
    fix: ONNX_INSTEAD,
  };
}

function cuda({ platform, libraryFolders }: Machine): Problem | undefined {
  const files = builtin('node:fs');
  if (platform !== 'linux' || !files) return undefined;
  const needed = { 'libcudart.so.11.0': 'CUDA 11.2', 'libcudnn.so.8': 'cuDNN 8.1' };
  const missing = Object.entries(needed).filter(
    ([file]) => !libraryFolders.some((folder) => files.existsSync(`${folder}/${file}`)),
  );
  if (missing.length === 0) return undefined;
  const names = missing.map(([file, name]) => `${name} (${file})`).join(' and ');
  return {
    reason: `${names} not found; TensorFlow 2.9 would run on the CPU instead`,
    fix: 'Install CUDA 11.2 and cuDNN 8.1 and put their folder into LD_LIBRARY_PATH, or use the onnx engine.',
  };
}

function noWebGpu({ packageFolders }: Machine): Problem | undefined {
  const isThere = (globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu !== undefined;
  if (isThere || findPackage('webgpu', packageFolders)) return undefined;
  return {
    reason: 'there is no navigator.gpu',
    fix: 'In Node, install the npm package webgpu; the tfjs engine then sets navigator.gpu from it.',
  };
}

const onnxBinary = ({ path }: InstalledPackage, machine: string): Problem | undefined => {
  const folders = builtin('node:fs')?.readdirSync(`${path}/bin`) ?? [];
  const version = folders.find((folder) => folder.startsWith('napi-'));
  return missingBinary(`${path}/bin/${version}/${machine}`);
};

function missingBinary(folder: string): Problem | undefined {
  const files = builtin('node:fs');
  const found = files?.existsSync(folder) ? files.readdirSync(folder) : [];
  if (!files || found.some((file) => file.endsWith('.node'))) return undefined;
  return {
    reason: `no native library for this machine in ${folder}`,
    fix: 'Install it anew on this machine.',
  };
}
