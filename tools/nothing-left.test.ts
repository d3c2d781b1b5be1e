import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmptyHome, emptyHome } from './empty-home.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
let home: EmptyHome;
beforeEach(() => {
  home = emptyHome();
});
afterEach(() => home.dispose());

const node = (...options: string[]) =>
  promisify(execFile)(process.execPath, options, { cwd: root, env: home.environment });

/** Every entry of a package that is for Node, as what may be imported. */
const entries = readdirSync(new URL('../packages', import.meta.url)).flatMap((name) => {
  const manifest = readFileSync(new URL(`../packages/${name}/package.json`, import.meta.url), 'utf8');
  const { exports } = JSON.parse(manifest) as { exports: Record<string, { default: string }> };
  return Object.keys(exports)
    .filter((entry) => !/\.json|browser/.test(entry))
    .map((entry) => `packages/${name}/${exports[entry]!.default}`);
});

// Commands of hm and the examples are looked at where they are tested.
describe('nothing is written to the home or among temporary files by', () => {
  it.each(entries)('an import of %s', async (file) => {
    await node('-e', `import(${JSON.stringify(new URL(`../${file}`, import.meta.url))})`);
    expect(home.left()).toEqual([]);
  });

  it('the main job of npm start', async () => {
    const out = emptyHome();
    const size = [
      '--identities',
      '4',
      '--images-per-identity',
      '4',
      '--held-out',
      '20',
      '--images-per-held-out',
      '2',
    ];
    const short = ['--pairs-per-fold', '2', '--epochs', '1', '--batch', '8', '--image-size', '32'];
    const options = [
      'packages/cli/dist/hm.js',
      'study',
      '--losses',
      'ce',
      '--out',
      out.environment.HOME!,
      ...size,
      ...short,
    ];
    const { stdout } = await node(...options);
    expect(stdout).toContain('ce.onnx');
    expect(home.left()).toEqual([]);
    out.dispose();
  });

  it('the demonstration, once it has ended', async () => {
    const server = spawn(process.execPath, ['tools/demo/serve.mjs', '--port', '0'], {
      cwd: root,
      env: home.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(server.stdout, 'data');
    expect(String(said)).toContain('The page is at');
    server.kill('SIGINT');
    await once(server, 'exit');
    expect(home.left()).toEqual([]);
  });

  it('a build', async () => {
    await node('tools/turbo.mjs', 'run', 'build', '--dry', '--filter=@hm/tensor');
    expect(home.left()).toEqual([]);
  });
});
