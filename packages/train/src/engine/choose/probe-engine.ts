import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Engine } from '../engine.ts';

/** Result of trying an engine. */
export interface Probe {
  /** Name of the device, if the engine reports it. */
  description?: string;
  /** Time of a small step, if it was measured. */
  milliseconds?: number;
  /** Why the engine cannot be used. */
  problem?: string;
  /** Advice on how to make it usable. */
  fix?: string;
}

const TIMEOUT_MILLISECONDS = 20_000;

/** Starts an engine in a separate process, and measures a small step if `measure` is true. */
export function probeEngine(engine: Engine, measure: boolean): Promise<Probe> {
  const root = dirname(createRequire(import.meta.url).resolve('@hm/train/package.json'));
  const child = join(root, 'dist/engine/choose/probe-child.js');
  const options = { timeout: TIMEOUT_MILLISECONDS };
  return new Promise((resolve) => {
    execFile(process.execPath, [child, JSON.stringify({ engine, measure })], options, (error, stdout) => {
      const last = stdout.trimEnd().split('\n').at(-1) ?? '';
      if (error === null) resolve(JSON.parse(last) as Probe);
      else if (error.killed)
        resolve({ problem: `it took longer than ${TIMEOUT_MILLISECONDS / 1000} seconds` });
      else resolve({ problem: `the process that tried it ended: ${error.signal ?? error.code}` });
    });
  });
}
