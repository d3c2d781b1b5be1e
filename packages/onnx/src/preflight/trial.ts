import type { ExecutionProvider } from '../session/provider.ts';
import { quietEnvironment } from '../telemetry.node.ts';

const SCRIPT = `
const { runtime, options, runs } = JSON.parse(process.argv[1]);
const { InferenceSession, Tensor } = require(runtime);
InferenceSession.create(require('node:fs').readFileSync(0), options)
  .then((session) => runs && session.run({ x: new Tensor('float32', [1], [1]) }))
  .then(() => process.exit(0), (error) => { process.stdout.write(error.message, () => process.exit(1)); });
`;

const TIMEOUT_MILLISECONDS = 60_000;
const LONGEST_LOG = 2 ** 28;

/** Result of loading a model in a separate process. */
export interface Trial {
  /** The error, or `undefined`. */
  problem: string | undefined;
  /** What ONNX Runtime logged, if a log was requested. */
  log: string;
}

/** Options of a trial. */
export interface TrialOptions {
  /** Whether to run the model as well, which then must take one number. */
  runs?: boolean;
  /** Whether ONNX Runtime logs everything that it does. */
  verbose?: boolean;
}

/** Loads a model on a provider in a separate process, because drivers write to stderr, and some of them crash. */
export async function tryModel(
  model: Uint8Array,
  provider: ExecutionProvider,
  { runs = false, verbose = false }: TrialOptions,
): Promise<Trial> {
  const [{ execFile }, { createRequire }] = await Promise.all([
    import('node:child_process'),
    import('node:module'),
  ]);
  const runtime = createRequire(import.meta.url).resolve('onnxruntime-node');
  const options = { executionProviders: [provider], logSeverityLevel: verbose ? 0 : 4 };
  const args = ['-e', SCRIPT, JSON.stringify({ runtime, options, runs })];
  const limits = { timeout: TIMEOUT_MILLISECONDS, maxBuffer: LONGEST_LOG, env: quietEnvironment() };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, limits, (error, stdout, log) => {
      const problem = error === null ? undefined : brief(stdout) || endOf(error);
      resolve({ problem, log });
    });
    // If the process ends before it has read the model, its end is what gets reported.
    child.stdin!.on('error', () => {}).end(model);
  });
}

/** Removes what ONNX Runtime puts before its message: the place in its own source and the failed condition. */
const brief = (message: string) => message.trim().replace(/^\/\S+:\d+ .* was false\. /s, '');

const endOf = ({ signal, code }: { signal?: NodeJS.Signals | null; code?: unknown }) =>
  `the process that tried it ended with ${signal ?? `code ${code}`}`;
