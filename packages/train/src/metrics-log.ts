import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainEvent } from './events.ts';
import { notWritable, writeFileSafely } from './write-file-safely.ts';

/** The file with one event a line. */
const metricsPath = (run: string): string => join(run, 'metrics.jsonl');

/** Appends an event, with the time of day. @throws {UnavailableError} if the disk is full. */
export async function logEvent(run: string, event: TrainEvent): Promise<void> {
  const line = `${JSON.stringify({ ...event, time: new Date().toISOString() })}\n`;
  await appendFile(metricsPath(run), line).catch((cause) => {
    throw notWritable(metricsPath(run), line.length, cause);
  });
}

/** Takes back the lines of steps that a checkpoint does not know, and a last line that was not finished. */
export async function rewindLog(run: string, step: number): Promise<void> {
  const text = await readFile(metricsPath(run), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const kept = text.split('\n').filter((line) => isOf(line, step));
  await writeFileSafely(metricsPath(run), new TextEncoder().encode(kept.map((line) => `${line}\n`).join('')));
}

function isOf(line: string, step: number): boolean {
  try {
    return line !== '' && ((JSON.parse(line) as { step?: number }).step ?? 0) <= step;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
