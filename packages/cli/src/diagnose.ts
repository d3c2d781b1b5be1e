import { availableParallelism, totalmem } from 'node:os';
import { HmError } from '@hm/tensor/host';

/** Something that can run a network, and whether it does here. */
export interface EngineVerdict {
  name: string;
  version: string | null;
  usable: boolean;
  reason: string;
  /** What would make it usable; empty if it is. */
  fix: string;
}

/** What `hm doctor --json` prints. */
export interface Diagnosis {
  node: { version: string; platform: string; architecture: string; cores: number; memoryGibibytes: number };
  tfjs: { version: string | null; problem?: string };
  engines: EngineVerdict[];
  /** True if training and evaluating can run: one tfjs, and ONNX Runtime on the CPU. */
  healthy: boolean;
}

/** Looks at this installation without running anything on it. */
export async function diagnose(): Promise<Diagnosis> {
  const { describeProviders } = await import('@hm/onnx/session');
  const providers = (await describeProviders()).map(
    ({ provider, usable, reason, fix }): EngineVerdict => ({
      name: `onnx ${provider}`,
      ...{ version: null, usable, reason, fix },
    }),
  );
  const { tfjs, engines } = await describeTfjs();
  const healthy = tfjs.problem === undefined && providers.some(({ usable }) => usable);
  return { node: describeNode(), tfjs, engines: [...providers, ...engines], healthy };
}

const describeNode = (): Diagnosis['node'] => ({
  version: process.versions.node,
  platform: process.platform,
  architecture: process.arch,
  cores: availableParallelism(),
  memoryGibibytes: Math.round(totalmem() / 2 ** 30),
});

/** Importing @hm/tensor throws where two copies of tfjs-core are loaded: here that is a finding. */
async function describeTfjs(): Promise<Pick<Diagnosis, 'tfjs' | 'engines'>> {
  try {
    const { describeRuntime } = await import('@hm/tensor');
    const { tfjs, packages } = describeRuntime();
    const engines = packages.map(({ name, version = null, usable, reason, fix }) => ({
      name,
      version,
      usable,
      reason: reason ?? `version ${version}`,
      fix: fix ?? '',
    }));
    return { tfjs: { version: tfjs.version }, engines };
  } catch (error) {
    if (!HmError.isInstance(error)) throw error;
    return { tfjs: { version: null, problem: error.message }, engines: [] };
  }
}
