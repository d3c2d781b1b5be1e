import { identityModel } from './identity-model.ts';
import type { Provider } from './providers.ts';

const SCRIPT = `
const [runtime, provider, model] = process.argv.slice(1);
const { InferenceSession, Tensor } = require(runtime);
InferenceSession.create(Buffer.from(model, 'base64'), { executionProviders: [provider], logSeverityLevel: 4 })
  .then((session) => session.run({ x: new Tensor('float32', [1], [1]) }))
  .then(() => process.exit(0), (error) => { process.stdout.write(error.message, () => process.exit(1)); });
`;

const TIMEOUT_MILLISECONDS = 30_000;

/**
 * Runs a tiny model on a provider, in a process of its own: drivers write to stderr, and some of them crash.
 *
 * @returns what went wrong, or `undefined` if it ran.
 */
export async function probeProvider(provider: Provider): Promise<string | undefined> {
  const [{ execFile }, { createRequire }] = await Promise.all([
    import('node:child_process'),
    import('node:module'),
  ]);
  const runtime = createRequire(import.meta.url).resolve('onnxruntime-node');
  const model = Buffer.from(identityModel()).toString('base64');
  const options = { timeout: TIMEOUT_MILLISECONDS };
  return new Promise((resolve) => {
    execFile(process.execPath, ['-e', SCRIPT, runtime, provider, model], options, (error, stdout) =>
      resolve(
        error === null ? undefined : brief(stdout) || `the process ended: ${error.message.split('\n')[0]}`,
      ),
    );
  });
}

/** ONNX Runtime puts the place in its own source and the failed condition before what it has to say. */
const brief = (message: string) => message.trim().replace(/^\/\S+:\d+ .* was false\. /s, '');
