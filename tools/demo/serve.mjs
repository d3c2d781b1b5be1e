// Run by `npm run demo`: builds the page and serves it, or writes it to a folder for any server.
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, preview } from 'vite';
import { config } from './build.mjs';

const HELP = `Usage: npm run demo -- [--model face.onnx] [--evaluation lfw.json] [--port 5173 | --static DIR]

  --model       ONNX file (default: dlib's network, which npm has installed)
  --evaluation  what hm eval --scores --out wrote, for a threshold
  --port        of this machine (default: 5173)
  --static      folder to write the page to, for any server of files; nothing is served
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

// WebAssembly threads need a cross-origin isolated page.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const named = values.static ?? values.out;
if (values.static !== undefined && isOthers(values.static)) {
  console.error(`${values.static} holds something else: name an empty or a new folder.`);
  process.exit(1);
}
const outDir = named === undefined ? mkdtempSync(join(tmpdir(), 'hm-demo-')) : resolve(named);
if (named === undefined) process.on('exit', () => rmSync(outDir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit());
const page = config(outDir);
if (values.static !== undefined || !existsSync(join(outDir, 'index.html'))) await build(page);
const settings = {
  model: values.model && basename(values.model),
  evaluation: values.evaluation !== undefined,
};
writeFileSync(join(outDir, 'settings.json'), JSON.stringify(settings));
if (values.model) copyFileSync(values.model, join(outDir, 'model.onnx'));
if (values.evaluation) copyFileSync(values.evaluation, join(outDir, 'evaluation.json'));
if (values.static !== undefined) {
  console.log(`The page is in ${values.static}: any server can serve it as it is.`);
  process.exit();
}
const server = await preview({
  ...page,
  preview: { host: '127.0.0.1', port: Number(values.port), headers },
});
console.log(`The page is at ${server.resolvedUrls.local[0]} (Ctrl-C ends it).`);

/** Returns true if a folder has files other than the page's. Building would delete them. */
function isOthers(folder) {
  if (!existsSync(folder)) return false;
  const names = readdirSync(folder);
  return names.length > 0 && !names.includes('settings.json');
}

/** Parses the command line. A mistake ends the command with the usage. */
function read() {
  try {
    const text = { type: 'string' };
    return parseArgs({
      options: {
        ...{ model: text, evaluation: text, out: text, static: text },
        port: { type: 'string', default: '5173' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    process.exit(1);
  }
}
