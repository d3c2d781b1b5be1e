import { hostSession, type Session } from './host-session.ts';
import { type LoadOptions, loadGraph } from './loaded-graph.ts';
import type { SessionOptions } from './session-options.ts';

/** Loads a model that runs as it is, whatever the batch. */
export const loadSession = async (
  model: Uint8Array | string,
  options: SessionOptions = {},
  loading: LoadOptions = {},
): Promise<Session> => hostSession(await loadGraph(model, options, loading));
