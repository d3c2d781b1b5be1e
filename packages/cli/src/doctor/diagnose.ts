import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { HmError } from '@hm/tensor/host';
import type { MeasuredKernels } from '@hm/train';
import { describeVulkan, type Vulkan } from './describe-vulkan.ts';

const require = createRequire(import.meta.url);

/** An engine or package that can run networks, and whether it works here. */
export interface EngineVerdict {
  name: string;
  version: string | null;
  usable: boolean;
  reason: string;
  /** Advice on how to make it usable; empty if it is. */
  fix: string;
}

/** Output of `hm doctor --json`. */
export interface Diagnosis {
  node: { version: string; supported: boolean; platform: string; architecture: string };
  /** `allowedGibibytes` is the limit of the container if there is one, else the total. */
  memory: { totalGibibytes: number; allowedGibibytes: number; freeGibibytes: number };
  /** `usable` is how many processors the process may use; ONNX Runtime and the loaders derive their threads from it. */
  threads: { processors: number; usable: number };
  /** `copies` are the files of tfjs-core that are loaded. More than one is a problem. */
  tfjs: { version: string | null; copies: string[]; problem?: string };
  /** Telemetry of ONNX Runtime. It is on only if the user has set `ORT_DISABLE_TELEMETRY` to something other than 1. */
  telemetry: { off: boolean; variable: string };
  /** Null on systems where WebGPU does not use Vulkan. */
  vulkan: Vulkan | null;
  engines: EngineVerdict[];
  /** Convolutions that `--set kernels=measured` has timed here; null if training is not possible. */
  kernels: MeasuredKernels | null;
  /** True if training and evaluation can run: a supported Node, one copy of tfjs-core, and a usable ONNX Runtime. */
  healthy: boolean;
}

/** Examines this installation. Each engine is started in a process of its own. */
export async function diagnose(): Promise<Diagnosis> {
  const { tfjs, packages } = await describeTfjs();
  const engines = await describeEngines(tfjs.problem === undefined);
  const node = describeNode();
  return {
    node,
    memory: describeMemory(),
    threads: { processors: cpus().length, usable: availableParallelism() },
    tfjs,
    telemetry: describeTelemetry(),
    vulkan: process.platform === 'linux' ? describeVulkan() : null,
    engines: [...engines, ...packages],
    kernels: tfjs.problem === undefined ? await (await import('@hm/train')).describeKernels() : null,
    healthy:
      node.supported &&
      tfjs.problem === undefined &&
      engines.some(({ name, usable }) => name.startsWith('onnx') && usable),
  };
}

/** Without `all`, only ONNX Runtime's: with two copies of tfjs-core loaded, @hm/train cannot be imported. */
async function describeEngines(all: boolean): Promise<EngineVerdict[]> {
  if (all) {
    const { describeEngines: describe } = await import('@hm/train');
    return (await describe()).map(({ engine: _, ...verdict }) => ({ ...verdict, version: null }));
  }
  const { describeProviders } = await import('@hm/onnx/session');
  const providers = await describeProviders();
  return providers.map(({ provider, ...verdict }) => ({
    name: `onnx ${provider}`,
    ...verdict,
    version: null,
  }));
}

/** Unless the user has set the variable, @hm/onnx sets it before ONNX Runtime is loaded. */
function describeTelemetry(): Diagnosis['telemetry'] {
  const { ORT_DISABLE_TELEMETRY: variable = '1' } = process.env;
  return { off: variable === '1', variable: `ORT_DISABLE_TELEMETRY=${variable}` };
}

const describeNode = (): Diagnosis['node'] => ({
  version: process.versions.node,
  supported: runsHere(process.versions.node),
  platform: process.platform,
  architecture: process.arch,
});

function describeMemory(): Diagnosis['memory'] {
  const gibibytes = (bytes: number) => Math.round((bytes / 2 ** 30) * 10) / 10;
  // `constrainedMemory` is 0 if there is no constraint, and more than the total if no limit was set.
  const allowed = Math.min(process.constrainedMemory() || totalmem(), totalmem());
  return {
    totalGibibytes: gibibytes(totalmem()),
    allowedGibibytes: gibibytes(allowed),
    freeGibibytes: gibibytes(freemem()),
  };
}

/** Importing @hm/tensor throws if two copies of tfjs-core are loaded. Here this is a result, not an error. */
async function describeTfjs(): Promise<{ tfjs: Diagnosis['tfjs']; packages: EngineVerdict[] }> {
  try {
    const { describeRuntime } = await import('@hm/tensor');
    // @hm/train also looks for packages from its own location.
    const { tfjs, packages } = describeRuntime([require.resolve('@hm/train/package.json')]);
    const verdicts = packages.map(({ name, version = null, usable, reason, fix, note }) => ({
      name,
      version,
      usable,
      reason: reason ?? [`version ${version}`, note].filter(Boolean).join(', but '),
      fix: fix ?? '',
    }));
    const copies = [require.resolve('@tensorflow/tfjs-core')];
    return { tfjs: { version: tfjs.version, copies }, packages: verdicts };
  } catch (error) {
    if (!HmError.isInstance(error)) throw error;
    const copies = Array.isArray(error.fields.files) ? error.fields.files : [];
    return { tfjs: { version: null, copies, problem: error.message }, packages: [] };
  }
}

/** Returns true if the packages support a version of Node: 20.19 or newer, as in their `engines`. */
export function runsHere(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}
