import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { succeed } from './execute.mjs';

// The last version that runs on Node 20. One of its plug-ins depends on node-fetch by a tag, which mirrors do not have.
const version = '6.8.0';
const manifest = { private: true, overrides: { 'node-fetch': '2.7.0' } };

// It serves only the packages of this repository. All others come from npm's usual registry.
const configuration = `
storage: ./storage
auth: { htpasswd: { file: ./users } }
packages: { '@hm/*': { access: $all, publish: $authenticated } }
log: { type: stdout, level: warn }
`;

/** Starts a local registry. Returns its address, a token to publish with, and a function that stops it. */
export async function startVerdaccio(folder) {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'verdaccio.yaml'), configuration);
  succeed(folder, 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `verdaccio@${version}`]);
  const address = `127.0.0.1:${await freePort()}`;
  const program = join(folder, 'node_modules/verdaccio/bin/verdaccio');
  const options = [program, '--config', 'verdaccio.yaml', '--listen', address];
  const server = spawn(process.execPath, options, { cwd: folder, stdio: 'ignore' });
  const url = `http://${address}/`;
  await untilReady(url, server);
  return { url, token: await register(url), stop: () => server.kill() };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function untilReady(url, server) {
  for (let waited = 0; waited < 60_000; waited += 100) {
    if (server.exitCode !== null) throw new Error(`verdaccio ended with ${server.exitCode}`);
    try {
      if ((await fetch(`${url}-/ping`)).ok) return;
    } catch (error) {
      if (error.cause?.code !== 'ECONNREFUSED') throw error;
    }
    await sleep(100);
  }
  server.kill();
  throw new Error('verdaccio did not answer within a minute');
}

async function register(url) {
  const user = { name: 'publisher', password: 'publisher' };
  const answer = await fetch(`${url}-/user/org.couchdb.user:${user.name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(user),
  });
  if (!answer.ok) throw new Error(`verdaccio refused a user: ${await answer.text()}`);
  return (await answer.json()).token;
}
