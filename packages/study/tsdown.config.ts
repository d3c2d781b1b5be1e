import { library } from '../../tools/build/tsdown.ts';

export default library({ entry: ['src/index.ts', 'src/cell-process.ts'], platform: 'node' });
