import type { TrainEvent } from './events.ts';
import { logEvent } from './metrics-log.ts';
import { TensorBoardFile } from './observe/tensor-board.ts';

/** Hears every event of a run before it is handed on. */
export type Listener = (event: TrainEvent) => Promise<void>;

/** Events that each listener hears in turn before they are handed on. */
export async function* heard(listeners: readonly Listener[], events: AsyncGenerator<TrainEvent, void, void>) {
  for await (const event of events) {
    for (const hear of listeners) await hear(event);
    yield event;
  }
}

/** Those of a run: the log, and TensorBoard's files if they are asked for. */
export function listenersOf({
  out,
  tensorBoard = false,
}: {
  out: string;
  tensorBoard?: boolean;
}): Listener[] {
  let board: TensorBoardFile | undefined;
  const draw: Listener = async (event) => {
    if (event.kind === 'start') board = new TensorBoardFile(out, event.step);
    await board?.write(event);
  };
  return [(event) => logEvent(out, event), ...(tensorBoard ? [draw] : [])];
}
