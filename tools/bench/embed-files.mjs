import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadEmbedder } from '@hm/eval';
import { serve } from './contestant.mjs';
import { embeddingModel } from './embed-model.mjs';

const folder = process.argv[2];
const files = readdirSync(folder, { recursive: true }).filter((name) => /\.(jpe?g|png)$/i.test(name));
const images = files.slice(0, 64).map((name) => ({ path: join(folder, name) }));
const embedder = await loadEmbedder(await embeddingModel(), { threads: 2 });
await serve(() => embedder.embed(images));
