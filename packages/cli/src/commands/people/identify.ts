import type { IdentifiedFace } from '@hm/recognize';
import { command } from '../../command.ts';
import { finiteNumber } from '../../options/parse-option.ts';
import { withoutUndefined } from '../../options/without-undefined.ts';
import { print } from '../../output/print.ts';
import { galleryOptions, withGallery } from './gallery-options.ts';

/** `hm people identify PHOTOGRAPH…`: finds out who every face is. */
export const identify = () =>
  galleryOptions(
    command('identify')
      .description('Identify every face in each photograph.')
      .argument('<photographs...>', 'photographs')
      .option('--threshold <similarity>', 'smallest cosine similarity of a match', finiteNumber)
      .option(
        '--fpir <rate>',
        'acceptable rate at which strangers are identified as someone in the gallery (default: 0.01)',
        finiteNumber,
      )
      .option('--margin <similarity>', 'smallest lead over the runner-up', finiteNumber),
  ).action(async (photographs, { threshold, fpir, margin, json, ...options }) =>
    withGallery('hm people identify', options, async (gallery) => {
      for (const photograph of photographs) {
        const faces = await gallery.identify(photograph, withoutUndefined({ threshold, fpir, margin }));
        if (json) print(JSON.stringify({ photograph, faces: faces.map(plain) }));
        else
          print([`${photograph}:${faces.length === 0 ? ' no face' : ''}`, ...faces.map(describe)].join('\n'));
      }
    }),
  );

const plain = ({ embedding: _, ...face }: IdentifiedFace) => face;

function describe({ box, name, reason, probability, candidates: [best, second] }: IdentifiedFace): string {
  const [left, top, right, bottom] = box.map(Math.round);
  const who =
    name ??
    (reason === 'ambiguous' ? `${best!.name} or ${second!.name}, which is not to be told` : 'unknown');
  const chance = name === null || probability === null ? '' : `, probability ${probability.toPrecision(3)}`;
  const nearest =
    best === undefined ? '' : ` (most like ${best.name}, similarity ${best.similarity.toFixed(4)})`;
  return `  ${left},${top} to ${right},${bottom}: ${who}${chance}${nearest}`;
}
