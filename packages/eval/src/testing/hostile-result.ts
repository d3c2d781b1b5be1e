import type { VerificationProtocol } from '@hm/datasets';
import { hostTensor, Rng } from '@hm/tensor/host';
import { scoreEmbeddings } from '../verification/score-embeddings.ts';
import type { VerificationResult } from '../verification/verification-result.ts';

/** Names that files and lists may have, and that a page must only ever display. */
export const hostileNames = [
  '<script>document.title = "broken"</script>.jpg',
  '"><img src=x onerror=alert(1)>/0001.jpg',
  "it's & that's </style></title><b>.png",
  '\u202Egpj.live\u202C/\u05D0\u05D1\u05D2.jpg',
  'two\nlines\tand\u0000more.jpg',
  '👩‍🚀/🙂.jpg',
  `${'long-without-a-break'.repeat(12)}.jpg`,
  'Zoë/Ångström_0001.jpg',
];

/** Scores of images whose names, model and notes are hostile: 80 pairs in 4 folds. */
export function hostileResult(
  model: string,
  seed = 1,
): { result: VerificationResult; protocol: VerificationProtocol } {
  const rng = Rng.of(seed, 'hostile');
  const people = hostileNames.length;
  const images = hostileNames.flatMap((id) =>
    [0, 1].map((k) => ({
      id: `${id}#${k}`,
      pixels: new Uint8Array(12).fill(40 + 100 * k),
      height: 2,
      width: 2,
    })),
  );
  const rows = images.flatMap((_, index) =>
    Array.from({ length: people }, (_, d) => Number(d === Math.floor(index / 2)) * 2 + rng.normal()),
  );
  const pairs = Array.from({ length: 80 }, (_, k) => {
    const [person, same] = [Math.floor(k / 2) % people, k % 2 === 0];
    const other = same ? person : (person + 1 + (Math.floor(k / 16) % (people - 1))) % people;
    return { first: 2 * person, second: 2 * other + 1, same, fold: Math.floor(k / 20) };
  });
  const notes = ['<b>A note</b> & "more".'];
  const protocol = { name: 'pairs <i>of</i> "mine"', images, pairs, folds: 4, official: false, notes };
  const embeddings = hostTensor('float32', [images.length, people], Float32Array.from(rows));
  const metadata = {
    'hm.recipe': '{"epochs":20,"schedule":{"at":[8,12]}}',
    'hm.dataLicense': '<script>1</script>',
  };
  return { result: scoreEmbeddings(embeddings, protocol, { model, metadata }, { scores: true }), protocol };
}
