import { library } from '../../tools/build/tsdown.ts';

export default library({
  entry: ['src/index.ts', 'src/browser.ts', 'src/embedder/decode.node.ts', 'src/embedder/decode.web.ts'],
  platform: 'node',
  deps: { neverBundle: ['#decode'] },
});
