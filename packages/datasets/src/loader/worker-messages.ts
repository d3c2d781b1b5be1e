import type { FillResult, FillTask } from './fill-batch.ts';

/** Message to a worker. Tasks of one group can be cancelled together. */
export type ToWorker =
  | { kind: 'fill'; id: number; group: number; task: FillTask }
  | { kind: 'cancel'; group: number }
  | { kind: 'close' };

export interface FromWorker {
  id: number;
  result: FillResult;
}
