// `embed.mjs PROVIDER BATCH`: embeds 112×112 images with an exported ResNet-18 on a provider.
import { createSession } from '@hm/onnx/session';
import { hostTensor, Rng } from '@hm/tensor';
import { serve } from '../bench/contestant.mjs';
import { embeddingModel } from '../bench/embed-model.mjs';

const [provider, batch] = process.argv.slice(2);
const rng = Rng.of(1);
const session = await createSession(await embeddingModel('resnet18'), { provider });
const shape = [Number(batch), 3, 112, 112];
const pixels = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.normal());
const input = hostTensor('float32', shape, pixels);
await serve(() => session.run({ input }));
