import { readFileSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import type { Engine } from '../engine/engine.ts';
import { type Communicator, collectValues } from './communicator.ts';

/** The engine with threads for this rank, unless their number was given. */
export function engineOfRank(engine: Engine, ranks: Communicator): Engine {
  if (ranks.count === 1) return engine;
  const threads = defaultThreads(ranks);
  return engine.kind === 'onnx' ? { threads, ...engine } : engine;
}

/** The cores that this rank may use, shared with the ranks that may use the same ones. */
function defaultThreads(ranks: Communicator): number {
  const own = `${hostname()} ${allowedCores()}`;
  const sharing = collectValues(ranks, own).filter((other) => other === own).length;
  return Math.max(1, Math.floor(availableParallelism() / sharing));
}

/** As Linux lists them; elsewhere no process is bound to some. */
function allowedCores(): string {
  try {
    return /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}
