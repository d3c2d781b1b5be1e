// Run by `npm start`: installs, builds, then runs the main job, on rendered faces unless photographs are given.
import { install, script, stage } from './run-stage.mjs';

const options = process.argv.slice(2);

// The demonstration starts from scratch each time, on small faces, in a folder of its own: training on photographs takes
// hours, resumes, and its results must not be overwritten.
const has = (name) => options.some((option) => option === name || option.startsWith(`${name}=`));
const anew = has('--out') ? [] : ['--out', 'report/rendered', '--overwrite'];
const given = has('--data') ? options : ['--image-size', '64', ...anew, ...options];

if (install() && script('Build', 'build')) {
  const done = stage('Main job', process.execPath, 'packages/cli/dist/hm.js', 'study', ...given);
  process.exitCode = done ? 0 : 1;
} else process.exitCode = 1;
