import { setImmediate } from 'node:timers/promises';
import { type ParseTask, parse } from './parse.ts';

/** What was read, or the reason why it could not be. */
export type ParseAnswer = { result: unknown } | { reason: string };

// After failing at one column, the library may fail at another that is no longer awaited.
process.on('unhandledRejection', () => undefined);

process.on('message', async (task: ParseTask) => {
  const answer = await parse(task).then((result): ParseAnswer => ({ result }), refusal);
  try {
    process.send!(answer);
  } catch (error) {
    process.send!({ reason: String(error) });
  }
});

// The first message reports that the process has loaded.
process.send!('ready');

/** Answers with the reason, once the other columns are done too, so that this process is free for the next file. */
async function refusal(error: unknown): Promise<ParseAnswer> {
  await setImmediate();
  return { reason: error instanceof Error ? error.message : String(error) };
}
