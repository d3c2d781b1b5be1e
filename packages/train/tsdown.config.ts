import { library } from '../../tools/build/tsdown.ts';

export default library({
  entry: ['src/index.ts', 'src/browser.ts', 'src/engine/choose/probe-child.ts'],
  platform: 'node',
});
