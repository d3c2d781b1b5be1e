import { UnavailableError } from '@hm/tensor';
import { type AutoEngine, type Engine, engineName } from '../engine.ts';
import { startBackend } from '../tfjs/start-backend.ts';
import { describeEngines } from './describe-engines.ts';
import { probeEngine } from './probe-engine.ts';

/** The chosen engine, and why. */
export interface Choice {
  engine: Engine;
  reason: string;
  /** Engines that were not chosen, fastest first, and why. */
  others: { engine: string; reason: string }[];
}

/** True for the engine that is slower than all others, and too slow to measure. */
const isLast = (engine: Engine) => engine.kind === 'tfjs' && engine.backend === 'cpu';

/**
 * Chooses the fastest engine that can be used here, by the time of a small step.
 *
 * @throws {UnavailableError} if none can be used.
 */
export async function chooseEngine({ threads }: AutoEngine): Promise<Choice> {
  const reports = await describeEngines();
  const measured: Measured[] = [];
  const others = reports
    .filter(({ usable }) => !usable)
    .map(({ name, reason }) => ({ engine: name, reason }));
  const usable = reports.filter((report) => report.usable);
  // One after another, because they would slow each other down.
  for (const { engine } of usable.filter((report) => !isLast(report.engine))) {
    const candidate = engine.kind === 'onnx' && threads !== undefined ? { ...engine, threads } : engine;
    const { milliseconds, problem } = await probeEngine(candidate, true);
    if (milliseconds !== undefined) measured.push({ engine: candidate, milliseconds });
    else others.unshift({ engine: engineName(engine), reason: problem! });
  }
  const [best, ...slower] = measured.sort((a, b) => a.milliseconds - b.milliseconds);
  if (best) return { engine: best.engine, reason: timeOf(best), others: [...slower.map(slow), ...others] };
  const last = usable.find(({ engine }) => isLast(engine));
  if (last) return { engine: last.engine, reason: 'the only one that can be used here', others };
  throw noEngine(others);
}

/**
 * Returns the requested engine, or chooses one for `auto`.
 *
 * @throws {UnavailableError} if a tfjs backend does not start, or there is nothing to choose. The onnx engine fails
 * only with its first graph.
 */
export async function settleEngine(asked: Engine | AutoEngine): Promise<{ engine: Engine; choice?: Choice }> {
  if (asked.kind === 'auto') {
    const choice = await chooseEngine(asked);
    return { engine: choice.engine, choice };
  }
  if (asked.kind === 'tfjs') await startBackend(asked.backend);
  return { engine: asked };
}

interface Measured {
  engine: Engine;
  milliseconds: number;
}

const timeOf = ({ milliseconds }: Measured) => `${milliseconds.toPrecision(3)} ms for a small step`;
const slow = (measured: Measured) => ({ engine: engineName(measured.engine), reason: timeOf(measured) });

const noEngine = (others: Choice['others']) =>
  new UnavailableError({
    where: 'train option "engine"',
    expected: 'an engine that can be used here',
    received: others.map(({ engine, reason }) => `${engine}: ${reason}`).join('; '),
    fix: 'Install onnxruntime-node for this machine; `hm doctor` says what keeps each engine from running.',
    fields: { engines: others },
  });
