// `node tools/study/hardness.mjs MODEL [--identities N] [--images N] [--pairs N] [--json]`: measures the verification
// accuracy of a fixed model on rendered faces of increasing hardness. The exit code is 1 if the accuracy does not fall
// at every step.
import { parseArgs } from 'node:util';
import { defaultPreprocessing, syntheticFaces, syntheticPairs } from '@hm/datasets';
import { loadEmbedder, verify } from '@hm/eval';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    identities: { type: 'string', default: '100' },
    images: { type: 'string', default: '6' },
    pairs: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const [model] = positionals;
if (model === undefined) {
  console.error('usage: node tools/study/hardness.mjs MODEL.onnx');
  process.exit(1);
}
const seed = Number(values.seed);
// Models of this project contain their preprocessing. For others it assumes ArcFace's.
const embedder = await loadEmbedder(model).catch(() =>
  loadEmbedder(model, { preprocessing: defaultPreprocessing }),
);
const rows = [];
for (const hardness of [0, 0.25, 0.5, 0.75, 1]) {
  const options = {
    identities: Number(values.identities),
    imagesPerIdentity: Number(values.images),
    hardness,
    seed,
  };
  const protocol = syntheticPairs(syntheticFaces(options), { pairsPerFold: Number(values.pairs) / 10, seed });
  const { accuracy, standardError, auc } = await verify(embedder, protocol, { flip: 'off' });
  rows.push({ hardness, accuracy, standardError, auc });
  const percent = (share) => `${(100 * share).toFixed(2)} %`;
  if (!values.json)
    console.log(`${hardness}\t${percent(accuracy)} ± ${percent(standardError)}\tAUC ${auc.toFixed(4)}`);
}
await embedder.release();
const falls = rows.slice(1).every(({ accuracy }, place) => accuracy < rows[place].accuracy);
console.log(
  values.json
    ? JSON.stringify({ model, falls, rows })
    : falls
      ? 'It falls at every step.'
      : 'It does not fall.',
);
process.exitCode = falls ? 0 : 1;
