// Writes the figures of packages/losses/README.md: `node tools/figures/hard-mining.mjs`, after a build.
import { mkdirSync, writeFileSync } from 'node:fs';
import { plotHardMining } from '@hm/losses';

const folder = new URL('../../packages/losses/figures/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('hard-mining.svg', folder), plotHardMining());
writeFileSync(
  new URL('hard-mining-slope.svg', folder),
  plotHardMining([{}, { gate: 'stopped' }], { show: 'slope' }),
);
