// What `npm run demo` runs: builds what the page needs, then serves it; --help does neither.
import { script, stage } from './run-stage.mjs';

const options = process.argv.slice(2);
const help = options.some((option) => option === '--help' || option === '-h');
const ready = help || script('Build', 'build');
process.exitCode =
  ready && stage('Demonstration', process.execPath, 'tools/demo/serve.mjs', ...options) ? 0 : 1;
