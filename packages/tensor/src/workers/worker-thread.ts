import { Worker } from 'node:worker_threads';
import { checkArguments, checkOptions, type OptionKinds } from '../check/check-options.ts';
import { UnavailableError } from '../errors.ts';
import { fromPortable, type PortableError } from './portable-error.ts';

/** How a thread is started, and what its errors say. */
export interface WorkerThreadOptions<Request = never> {
  /** The function that needs the thread; errors begin with it. */
  where: string;
  /** Advice if the thread is lost, as a whole sentence. */
  fix: string;
  /** The `workerData` of the thread. */
  data?: unknown;
  /** Returns the file that a request is about, to be named in its error. */
  pathOf?(request: Request): string;
}

const workerThreadOptions: OptionKinds<WorkerThreadOptions<unknown>> = {
  ...{ where: 'string', fix: 'string', data: 'any', pathOf: 'function' },
};

/** A message to the thread. */
export type Sent<Request> = { id: number; request: Request } | 'close';

/** A message from the thread. */
export type Reply<Answer> = { id: number; answer: Answer } | { id: number; error: PortableError };

interface Waiting<Request, Answer> {
  request: Request;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * A worker thread that answers requests with {@link serveRequests}. Without pending requests it does not keep the
 * program running. It is never terminated, because that would end the whole process while ONNX Runtime is at work in
 * it.
 *
 * @example
 * const thread = new WorkerThread<RgbImage, Face[]>(builtWorker(import.meta.url, './find-worker'), {
 *   where: 'findAll',
 *   fix: 'Run again.',
 * });
 * const faces = await thread.ask(image);
 * await thread.close();
 */
export class WorkerThread<Request, Answer> {
  readonly #worker: Worker;
  readonly #options: WorkerThreadOptions<Request>;
  readonly #waiting = new Map<number, Waiting<Request, Answer>>();
  readonly #ended: Promise<void>;
  #failure: Error | undefined;
  #closing = false;
  #last = 0;

  constructor(file: URL, options: WorkerThreadOptions<Request>) {
    this.#options = checkOptions('WorkerThread', options, workerThreadOptions);
    checkArguments('WorkerThread', { file }, { file: { has: ['href'] } });
    // The caller's Node flags, such as --input-type, may not suit a plain JavaScript file.
    this.#worker = new Worker(file, { workerData: options.data, execArgv: [] });
    this.#worker.on('message', (reply: Reply<Answer>) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error.message, error));
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#fail(`it ended with code ${code}`);
        resolve();
      });
    });
    this.#worker.unref();
  }

  /** Number of requests that wait for an answer. */
  get load(): number {
    return this.#waiting.size;
  }

  /**
   * Sends a request; memory in `transfer` is moved to the thread.
   *
   * @throws {HmError} the error thrown while answering, without its cause.
   * @throws {UnavailableError} if it was another kind of error, or the thread has ended.
   */
  ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Answer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = ++this.#last;
    this.#worker.ref();
    this.#send({ id, request }, transfer);
    return new Promise((resolve, reject) => this.#waiting.set(id, { request, resolve, reject }));
  }

  /** Lets the thread answer its pending requests and end; the program keeps running until then. */
  close(): Promise<void> {
    this.#closing = true;
    this.#worker.ref();
    this.#send('close');
    return this.#ended;
  }

  #send(message: Sent<Request>, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #settle(reply: Reply<Answer>): void {
    const { request, resolve, reject } = this.#waiting.get(reply.id)!;
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0 && !this.#closing) this.#worker.unref();
    if ('answer' in reply) resolve(reply.answer);
    else reject(fromPortable(reply.error) ?? this.#broken(reply.error.message, { request }));
  }

  #fail(received: string, cause?: unknown): void {
    this.#failure ??= this.#broken(received, { cause });
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }

  #broken(received: string, { request, cause }: { request?: Request; cause?: unknown }): UnavailableError {
    const path = request === undefined ? undefined : this.#options.pathOf?.(request);
    return new UnavailableError({
      where: this.#options.where,
      expected: 'every worker thread to keep running',
      received: path === undefined ? received : `${received}, at ${path}`,
      fix: this.#options.fix,
      ...(path === undefined ? {} : { fields: { path } }),
      cause,
    });
  }
}

/**
 * Returns the file of a worker, named without extension relative to the file that uses it. Threads load JavaScript
 * only: when a package is run from `src`, as in tests, the worker in its `dist` is used.
 */
export function builtWorker(user: string, name: string): URL {
  checkArguments('builtWorker', { user, name }, { user: 'string', name: 'string' });
  const file = new URL(`${name}.js`, user).href;
  const { length } = '/src/';
  const at = file.lastIndexOf('/src/');
  return new URL(user.endsWith('.ts') ? `${file.slice(0, at)}/dist/${file.slice(at + length)}` : file);
}
