import { library } from '../../tools/build/tsdown.ts';

export default library({
  entry: ['src/index.ts', 'src/preprocessing.ts', 'src/worker.ts'],
  platform: 'node',
});
