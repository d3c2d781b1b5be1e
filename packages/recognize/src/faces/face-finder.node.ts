import { availableParallelism } from 'node:os';
import { type Detector, loadMtcnn, type Template } from '@hm/align';
import { builtWorker, WorkerThread } from '@hm/tensor/workers';
import { decode, type Source, sourceOf } from './decode.node.ts';
import type { FaceFinder } from './face-finder.ts';
import { type FoundFaces, findFaces } from './find-faces.ts';

/** Data that a worker starts with. */
export interface FinderData {
  template: Template;
  border: number;
}

/** Number of photographs from which starting threads is worth it. */
const MANY = 8;

/**
 * Creates a finder that works in this thread. Once many photographs come at a time, it starts worker threads and
 * keeps them.
 *
 * @param workers Number of worker threads; 0 to always use this thread.
 */
export function faceFinder(data: FinderData, workers = availableParallelism()): FaceFinder {
  let detector: Promise<Detector> | undefined;
  let threads: FinderThread[] = [];
  return {
    async find(photograph, name) {
      const source = await sourceOf(photograph, name);
      const [idlest] = threads.toSorted((a, b) => a.load - b.load);
      if (idlest !== undefined) return idlest.ask({ source: alone(source), name });
      detector ??= loadMtcnn();
      return findFaces(await detector, await decode(source, name), data.template, data.border);
    },
    expect(photographs) {
      if (threads.length === 0 && workers > 0 && photographs >= MANY)
        threads = Array.from({ length: workers }, () => startThread(data));
      return Math.max(2, 2 * threads.length);
    },
    async release() {
      await Promise.all(threads.map((thread) => thread.close()));
      threads = [];
      await (await detector)?.release();
    },
  };
}

/** Copies what is part of a larger array, all of which would be sent to a thread otherwise. */
function alone(source: Source): Source {
  const isPart = ({ length, buffer }: Uint8Array | Uint8ClampedArray) => length < buffer.byteLength;
  if ('bytes' in source && isPart(source.bytes)) return { ...source, bytes: new Uint8Array(source.bytes) };
  if ('pixels' in source && isPart(source.pixels))
    return { ...source, pixels: new Uint8Array(source.pixels) };
  return source;
}

/** A request to a worker. */
export interface FinderRequest {
  source: Source;
  name: string;
}

type FinderThread = WorkerThread<FinderRequest, FoundFaces>;

function startThread(data: FinderData): FinderThread {
  return new WorkerThread(builtWorker(import.meta.url, './find-worker'), {
    where: 'openRecognizer',
    fix: 'Open the recognizer again; with `workers: 0` the failure is easier to trace.',
    data,
    pathOf: ({ name }) => name,
  });
}
