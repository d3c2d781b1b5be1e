export { serveRequests } from './workers/serve-requests.ts';
export { builtWorker, WorkerThread, type WorkerThreadOptions } from './workers/worker-thread.ts';
