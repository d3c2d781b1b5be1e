import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Engine } from '../engine.ts';

/** Outcome of an engine that was tried. */
export interface Probe {
  /** Name of the device, where the engine tells it. */
  description?: string;
  /** Of a small step, if it was asked for. */
  milliseconds?: number;
  /** Why it cannot be used. */
  problem?: string;
  /** Advice that makes it usable. */
  fix?: string;
}

const TIMEOUT_MILLISECONDS = 20_000;

/** Starts an engine in a process of its own, and measures a small step if that is asked for. */
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
