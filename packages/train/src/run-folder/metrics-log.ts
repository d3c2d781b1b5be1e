import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { notWritable, readTextIfThere, writeFileSafely } from '@hm/tensor/files';
import type { TrainEvent } from '../observe/events.ts';

/** Path of the file with one event per line. */
const metricsPath = (run: string): string => join(run, 'metrics.jsonl');

/** Appends an event with the current time. @throws {UnavailableError} if the disk is full. */
export async function logEvent(run: string, event: TrainEvent): Promise<void> {
  const line = `${JSON.stringify({ ...event, time: new Date().toISOString() })}\n`;
  await appendFile(metricsPath(run), line).catch((cause) => {
    throw notWritable(metricsPath(run), cause);
  });
}

/** Removes events after the checkpoint's step, and lines that are not complete events. */
export async function rewindLog(run: string, step: number): Promise<void> {
  const text = (await readTextIfThere(metricsPath(run))) ?? '';
  const kept = text.split('\n').filter((line) => isOf(line, step));
  await writeFileSafely(metricsPath(run), kept.map((line) => `${line}\n`).join(''));
}

function isOf(line: string, step: number): boolean {
  try {
    const event = JSON.parse(line) as { kind?: string; step?: number } | null;
    return event?.kind !== undefined && (event.step ?? 0) <= step;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
