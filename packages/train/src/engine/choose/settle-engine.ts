import type { AutoEngine, Engine } from '../engine.ts';
import { startBackend } from '../tfjs/start-backend.ts';
import { type Choice, chooseEngine } from './choose-engine.ts';

/**
 * The engine that was asked for, or the one that is chosen.
 *
 * @throws {UnavailableError} if a tfjs backend does not start, or there is nothing to choose; the onnx engine shows it
 * with its first graph.
 */
export async function settleEngine(asked: Engine | AutoEngine): Promise<{ engine: Engine; choice?: Choice }> {
  if (asked.kind === 'auto') {
    const choice = await chooseEngine(asked);
    return { engine: choice.engine, choice };
  }
  if (asked.kind === 'tfjs') await startBackend(asked.backend);
  return { engine: asked };
}
