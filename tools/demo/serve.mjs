// What `npm run demo -- --model face.onnx [--evaluation lfw.json] [--port 5173]` runs: builds the page and serves it.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, preview } from 'vite';
import { config } from './build.mjs';

const HELP = `Usage: npm run demo -- [--model face.onnx] [--evaluation lfw.json] [--port 5173]

  --model       ONNX file that hm export wrote
  --evaluation  what hm eval --scores --out wrote, for a threshold
  --port        of this machine (default: 5173)
  --out         folder for the built page (default: a temporary one)`;

const values = read();
if (values.help) {
  console.log(HELP);
  process.exit();
}
for (const file of [values.model, values.evaluation]) {
  if (file === undefined || existsSync(file)) continue;
  console.error(`There is no file ${file}.`);
  process.exit(1);
}

// WebAssembly threads need a page that is isolated from others.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const files = {
  '/settings.json': () =>
    JSON.stringify({
      model: values.model && basename(values.model),
      evaluation: values.evaluation !== undefined,
    }),
  '/model.onnx': () => values.model && readFileSync(values.model),
  '/evaluation.json': () => values.evaluation && readFileSync(values.evaluation),
};

const given = {
  name: 'given-files',
  configurePreviewServer: ({ middlewares }) => {
    middlewares.use((request, response, next) => {
      const body = files[request.url]?.();
      if (body === undefined) return next();
      response.end(body);
    });
  },
};

const outDir = values.out ?? mkdtempSync(join(tmpdir(), 'hm-demo-'));
if (values.out === undefined) process.on('exit', () => rmSync(outDir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit());
const page = config(outDir);
if (!existsSync(join(outDir, 'index.html'))) await build(page);
const server = await preview({
  ...page,
  plugins: [...page.plugins, given],
  preview: { host: '127.0.0.1', port: Number(values.port), headers },
});
console.log(`The page is at ${server.resolvedUrls.local[0]} (Ctrl-C ends it).`);

/** What was typed; a mistake ends the command with the usage. */
function read() {
  try {
    const text = { type: 'string' };
    return parseArgs({
      options: {
        ...{ model: text, evaluation: text, out: text },
        port: { type: 'string', default: '5173' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    process.exit(1);
  }
}
