import { library } from '../../tools/build/tsdown.ts';

export default library({
  entry: ['src/index.ts', 'src/browser.ts', 'src/run/align-worker.ts'],
  platform: 'node',
});
