import { Worker } from 'node:worker_threads';
import { checkArguments, checkOptions, type OptionKinds } from '../check-options.ts';
import { UnavailableError } from '../errors.ts';
import { fromPortable, type PortableError } from './portable-error.ts';

/** How a thread is started, and what is said when it is lost. */
export interface WorkerThreadOptions<Request = never> {
  /** The function that needs the thread, where an error begins. */
  where: string;
  /** What to do without it, as a whole sentence. */
  fix: string;
  /** The `workerData` of the thread. */
  data?: unknown;
  /** The file that a request is about, for its error. */
  pathOf?(request: Request): string;
}

/** Types of the members of {@link WorkerThreadOptions}. */
const workerThreadOptions: OptionKinds<WorkerThreadOptions<unknown>> = {
  ...{ where: 'string', fix: 'string', data: 'any', pathOf: 'function' },
};

/** What a thread is sent. */
export type Sent<Request> = { id: number; request: Request } | 'close';

/** What it sends back. */
export type Reply<Answer> = { id: number; answer: Answer } | { id: number; error: PortableError };

interface Waiting<Request, Answer> {
  request: Request;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * A worker thread that answers requests by {@link serveRequests}. While it has none, it does not keep the program running;
 * it is never terminated, as that would take the process along where ONNX Runtime works in it.
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
    // Node's flags of the caller, such as --input-type, need not suit a file of plain JavaScript.
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

  /** Requests that wait for an answer. */
  get load(): number {
    return this.#waiting.size;
  }

  /**
   * Sends a request, whose memory in `transfer` goes to the thread.
   *
   * @throws {HmError} what answering it has thrown, less the cause.
   * @throws {UnavailableError} if another error came, or the thread has ended.
   */
  ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Answer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = ++this.#last;
    this.#worker.ref();
    this.#send({ id, request }, transfer);
    return new Promise((resolve, reject) => this.#waiting.set(id, { request, resolve, reject }));
  }

  /** Lets the thread answer what it was asked and end; the program waits for that. */
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
 * The file of a worker, named beside the file of its user without an extension. Threads load JavaScript only: run from
 * `src`, as tests do, a package uses the worker in its `dist`.
 */
export function builtWorker(user: string, name: string): URL {
  checkArguments('builtWorker', { user, name }, { user: 'string', name: 'string' });
  const file = new URL(`${name}.js`, user).href;
  const { length } = '/src/';
  const at = file.lastIndexOf('/src/');
  return new URL(user.endsWith('.ts') ? `${file.slice(0, at)}/dist/${file.slice(at + length)}` : file);
}
