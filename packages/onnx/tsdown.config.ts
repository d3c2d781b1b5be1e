import { library } from '../../tools/build/tsdown.ts';

export default library({
  entry: [
    'src/index.ts',
    'src/session.ts',
    'src/graph.ts',
    'src/precision.ts',
    'src/runtime.node.ts',
    'src/runtime.web.ts',
  ],
  platform: 'node',
  deps: { neverBundle: ['#runtime'] },
});
