import { scoreEmbeddings } from '@hm/eval';
import { hostTensor, Rng } from '@hm/tensor/host';
import { serve } from './contestant.mjs';

const [images, size, rng] = [7701, 512, Rng.of(1)];
const data = Float32Array.from({ length: images * size }, () => rng.normal());
const pairs = Array.from({ length: 6000 }, (_, i) => ({
  first: rng.integer(images),
  second: rng.integer(images),
  same: Math.floor(i / 300) % 2 === 0,
  fold: Math.floor(i / 600),
}));
const protocol = {
  name: 'bench',
  images: Array.from({ length: images }, (_, i) => ({ id: String(i), bytes: new Uint8Array() })),
  pairs,
  folds: 10,
  official: false,
  notes: [],
};
const embeddings = hostTensor('float32', [images, size], data);
await serve(() => scoreEmbeddings(embeddings, protocol, { model: 'bench' }));
