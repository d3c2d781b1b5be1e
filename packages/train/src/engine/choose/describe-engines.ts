import { describeProviders } from '@hm/onnx/session';
import { type Engine, engineName, tfjsBackends } from '../engine.ts';
import { probeEngine } from './probe-engine.ts';

/** Report on whether an engine can be used here. */
export interface EngineReport {
  engine: Engine;
  /** Name of the engine: `onnx cpu`, `tfjs-webgpu`. */
  name: string;
  usable: boolean;
  /** Description of the engine, or exactly why it cannot be used. */
  reason: string;
  /** Advice on how to make it usable; empty if it is. */
  fix: string;
}

/**
 * Reports which engines can train here, by starting each in a process of its own.
 *
 * @example
 * for (const { name, usable, reason } of await describeEngines()) console.log(name, usable, reason);
 */
export async function describeEngines(): Promise<EngineReport[]> {
  const providers = (await describeProviders()).map(({ provider, usable, reason, fix }): EngineReport => {
    const engine: Engine = { kind: 'onnx', provider };
    return { engine, name: engineName(engine), usable, reason, fix };
  });
  const backends = tfjsBackends.map((backend) => describe({ kind: 'tfjs', backend }));
  return [...providers, ...(await Promise.all(backends))];
}

async function describe(engine: Engine): Promise<EngineReport> {
  const { description = '', problem, fix = '' } = await probeEngine(engine, false);
  const usable = problem === undefined;
  return {
    engine,
    name: engineName(engine),
    usable,
    reason: problem ?? description,
    fix: usable ? '' : fix || ANOTHER,
  };
}

const ANOTHER = 'Use another engine.';
