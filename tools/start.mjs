// Run by `npm start`: installs, builds, then runs the main job, on rendered faces unless photographs are given.
import { install, script, stage } from './run-stage.mjs';

const options = process.argv.slice(2);

// The demonstration starts from scratch each time, on small faces. Training on photographs takes hours and resumes.
const photographs = options.some((option) => option === '--data' || option.startsWith('--data='));
const given = photographs ? options : ['--image-size', '64', ...options, '--overwrite'];

if (install() && script('Build', 'build')) {
  const done = stage('Main job', process.execPath, 'packages/cli/dist/hm.js', 'study', ...given);
  process.exitCode = done ? 0 : 1;
} else process.exitCode = 1;
