import { setImmediate } from 'node:timers/promises';
import { type ParseTask, parse } from './parse.ts';

/** Result: what was read, or why it could not be. */
export type ParseAnswer = { result: unknown } | { reason: string };

// The library may fail at one column after it has failed at another, when nobody waits for it any more.
process.on('unhandledRejection', () => undefined);

process.on('message', async (task: ParseTask) => {
  const answer = await parse(task).then((result): ParseAnswer => ({ result }), refusal);
  try {
    process.send!(answer);
  } catch (error) {
    process.send!({ reason: String(error) });
  }
});

// Its first message says that it has loaded.
process.send!('ready');

/** It comes once the columns that did not fail are done as well: this process is free for the next file then. */
async function refusal(error: unknown): Promise<ParseAnswer> {
  await setImmediate();
  return { reason: error instanceof Error ? error.message : String(error) };
}
