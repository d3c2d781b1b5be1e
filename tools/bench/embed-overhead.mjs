import { loadEmbedder } from '@hm/eval';
import { serve } from './contestant.mjs';
import { embeddingModel } from './embed-model.mjs';

const embedder = await loadEmbedder(await embeddingModel(), { threads: 2 });
const pixels = Uint8Array.from({ length: 112 * 112 * 3 }, (_, k) => (k * 2654435761) >>> 24);
const images = Array.from({ length: 64 }, () => ({ pixels, height: 112, width: 112 }));
await serve(() => embedder.embed(images));
