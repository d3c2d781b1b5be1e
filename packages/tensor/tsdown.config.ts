import { defineConfig } from 'tsdown';
import { library } from '../../tools/build/tsdown.ts';
import { peerOperations } from './build/peer-operations.ts';

// Node cannot import tfjs-core's gradient registration (its files are ES modules in a CommonJS package), so Node
// gets it bundled; bundlers get the plain import, which they share with everyone else's.
export default defineConfig([
  library({
    entry: [
      'src/index.ts',
      'src/host.ts',
      'src/files.ts',
      'src/gradients.ts',
      'src/pickle.ts',
      'src/workers.ts',
    ],
    deps: { neverBundle: ['#gradients'] },
  }),
  library({
    entry: { 'gradients.node': 'src/gradients.ts' },
    unbundle: false,
    dts: false,
    checks: { pluginTimings: false },
    clean: false,
    plugins: [await peerOperations()],
    deps: { alwaysBundle: [/register_all_gradients/], onlyBundle: false },
  }),
]);
