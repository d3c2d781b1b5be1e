import { library } from '../../tools/build/tsdown.ts';

export default library({
  entry: [
    'src/index.ts',
    'src/session.ts',
    'src/graph.ts',
    'src/precision.ts',
    'src/inference/lane-worker.ts',
    'src/runtime.node.ts',
    'src/runtime.web.ts',
  ],
  platform: 'node',
  deps: { neverBundle: ['#runtime'] },
});
