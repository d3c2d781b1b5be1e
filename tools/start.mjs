// What `npm start` runs: installs, builds, then the main job, on rendered faces unless photographs are given.
import { existsSync } from 'node:fs';
import { install, run, script } from './run-stage.mjs';

const options = process.argv.slice(2);
const hm = 'packages/cli/dist/hm.js';

const heading = options.includes('--help')
  ? ''
  : 'The main job: train with and without hard mining, export, score on identities that were not seen';

// The demonstration starts afresh each time; training on photographs takes hours and goes on where it was stopped.
const given = options.length > 0 ? options : ['--overwrite'];

if (install() && script('Build', 'build') && existsSync(hm)) {
  console.log(`\n== ${heading}`);
  process.exitCode = run(process.execPath, hm, 'study', ...given) ? 0 : 1;
} else process.exitCode = 1;
