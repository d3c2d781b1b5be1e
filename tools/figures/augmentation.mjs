// `node tools/figures/augmentation.mjs`: writes the figure of augmentations in the README of @hm/datasets, from a
// rendered face. Each row applies one augmentation to every image. The last two rows are the presets.
import { fileURLToPath } from 'node:url';
import { adaFace, batches, defaultPreprocessing, standard, syntheticFaces } from '@hm/datasets';
import sharp from 'sharp';

const [SIZE, GAP, LABEL, COLUMNS] = [112, 6, 128, 8];
const rows = {
  'as it is': {},
  flip: { flip: {} },
  affine: { affine: { rotationRadians: 0.15, scale: 0.1 } },
  'crop, black': { crop: { probability: 1 } },
  'crop, enlarge': { crop: { probability: 1, outside: 'enlarge' } },
  lowResolution: { lowResolution: { probability: 1, smallest: 0.2, kernel: 'any' } },
  blur: { blur: { probability: 1 } },
  color: { color: { probability: 1, brightness: 0.5, contrast: 0.5, saturation: 0.5 } },
  grayscale: { grayscale: { probability: 0.5 } },
  jpeg: { jpeg: { probability: 1, lowestQuality: 5, highestQuality: 40 } },
  cutout: { cutout: { probability: 1, fill: 'noise' } },
  standard,
  adaFace,
};

const [face] = [syntheticFaces({ identities: 1, imagesPerIdentity: 1, hardness: 0.3, seed: 5 }).sample(0)];
const same = { length: COLUMNS, classes: 1, name: () => 'face', sample: () => ({ ...face, label: 0 }) };

async function augmented(augment) {
  const options = { batchSize: COLUMNS, seed: 3, epoch: 0, shuffle: false, augment, workers: 1 };
  const identity = { ...defaultPreprocessing, mean: 0, scale: 1 };
  for await (const { images } of batches(same, { ...options, preprocessing: identity })) return images.data;
}

const tiles = [];
const names = Object.keys(rows);
for (const [row, name] of names.entries()) {
  const top = GAP + row * (SIZE + GAP);
  const values = await augmented(rows[name]);
  for (let column = 0; column < COLUMNS; column++) {
    const pixels = Uint8Array.from(values.subarray(column * SIZE * SIZE * 3, (column + 1) * SIZE * SIZE * 3));
    const input = pixels;
    tiles.push({
      input,
      raw: { width: SIZE, height: SIZE, channels: 3 },
      top,
      left: LABEL + column * (SIZE + GAP),
    });
  }
}
const [width, height] = [LABEL + COLUMNS * (SIZE + GAP), GAP + names.length * (SIZE + GAP)];
const text = names.map(
  (name, row) => `<text x="10" y="${GAP + row * (SIZE + GAP) + SIZE / 2 + 5}" font-size="15">${name}</text>`,
);
const labels = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">${text.join('')}</svg>`;
const path = fileURLToPath(new URL('../../packages/datasets/figures/augmentation.png', import.meta.url));
await sharp({ create: { width, height, channels: 3, background: '#fff' } })
  .composite([...tiles, { input: Buffer.from(labels), top: 0, left: 0 }])
  .png({ palette: true, quality: 90 })
  .toFile(path);
console.log(path);
