// Run by `npm run demo`: builds the page and serves it, or writes it to a folder for any server.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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

/** Marks a folder as this program's own, so that it may be built into again. */
const MARK = '.hm-demo';

const values = read();
if (values.help) {
  console.log(HELP);
  process.exit();
}
// Read before anything is built: they may lie in the folder that the page is built into.
const [model, evaluation] = [values.model, values.evaluation].map((file) => {
  if (file === undefined) return undefined;
  if (!existsSync(file)) end(`There is no file ${file}.`);
  return readFileSync(file);
});
if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535)
  end(`--port is a number from 0 to 65535, not ${values.port}.`);

// WebAssembly threads need a cross-origin isolated page.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const named = values.static ?? values.out;
if (named !== undefined && isOthers(named))
  end(`${named} holds something else: name an empty or a new folder.`);
const outDir = named === undefined ? mkdtempSync(join(tmpdir(), 'hm-demo-')) : resolve(named);
if (named === undefined) process.on('exit', () => rmSync(outDir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit());
const page = config(outDir);
if (values.static !== undefined || !existsSync(join(outDir, 'index.html'))) {
  mkdirSync(outDir, { recursive: true });
  // Before, so that a build that is interrupted can be repeated; again, since building empties the folder.
  writeFileSync(join(outDir, MARK), '');
  await build(page);
  writeFileSync(join(outDir, MARK), '');
}
const settings = { model: model && basename(values.model), evaluation: evaluation !== undefined };
writeFileSync(join(outDir, 'settings.json'), JSON.stringify(settings));
if (model) writeFileSync(join(outDir, 'model.onnx'), model);
if (evaluation) writeFileSync(join(outDir, 'evaluation.json'), evaluation);
if (values.static !== undefined) {
  console.log(`The page is in ${values.static}: any server can serve it as it is.`);
  process.exit();
}
const server = await preview({
  ...page,
  preview: { host: '127.0.0.1', port: Number(values.port), headers },
});
console.log(`The page is at ${server.resolvedUrls.local[0]} (Ctrl-C ends it).`);

/** Returns true if a folder has files that this program did not write. Building would delete them. */
function isOthers(folder) {
  if (!existsSync(folder)) return false;
  const names = readdirSync(folder);
  return names.length > 0 && !names.includes(MARK);
}

function end(message) {
  console.error(message);
  process.exit(1);
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
