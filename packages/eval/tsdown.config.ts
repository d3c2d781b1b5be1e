import { library } from '../../tools/build/tsdown.ts';

export default library({
  entry: ['src/index.ts', 'src/browser.ts', 'src/decode.node.ts', 'src/decode.web.ts'],
  platform: 'node',
  deps: { neverBundle: ['#decode'] },
});
