import type { SamePeopleResult } from '@hm/eval';
import type { EmbeddedDataset } from '@hm/recognize';
import { printable } from '@hm/tensor/host';
import { command } from '../../command.ts';
import { embedData, withModel } from '../../data/embed-data.ts';
import { openData } from '../../data/open-data.ts';
import { modelOptions } from '../../options/model-options.ts';
import { finiteNumber } from '../../options/parse-option.ts';
import { prepareFile, writeResult } from '../../output/output.ts';
import { print, tell } from '../../output/print.ts';

/** `hm data overlap TRAIN TEST`: finds people who are in both data sets. */
export const overlap = () =>
  modelOptions(
    command('overlap')
      .description(
        'Find people who are in both training and test data, by their faces instead of their names.',
      )
      .argument('<train>', 'data set to train on, in any form')
      .argument('<test>', 'data set to be judged by, a folder for each person for example')
      .option('--model <file>', 'ONNX file of the network (default: the one that npm installed)')
      .option(
        '--threshold <similarity>',
        'smallest cosine similarity of a match (default: estimated on TRAIN)',
        finiteNumber,
      )
      .option('--out <file>', 'write the names found in TRAIN to a list, for hm train --exclude'),
  ).action(async (train, test, { out, threshold, json, verbose: _, ...options }) => {
    if (out !== undefined) await prepareFile(out);
    const { findSamePeople } = await import('@hm/eval');
    await withModel('hm data overlap', options, async (recognizer) => {
      const first = await embedData(recognizer, await openData(train));
      const second = await embedData(recognizer, await openData(test));
      const found = await findSamePeople(first, second, { threshold });
      print(json ? JSON.stringify(summaryOf(first, second, found)) : describe(first, second, found));
      if (out === undefined) return;
      const names = [...new Set(found.people.map(({ first: name }) => `${name}\n`))].sort();
      await writeResult(out, names.join(''));
      tell(printable(`Written: ${out}, ${names.length} names.`));
    });
  });

const withImages = (first: EmbeddedDataset, second: EmbeddedDataset, { people }: SamePeopleResult) =>
  people.map(({ rows: [a, b], ...rest }) => ({ ...rest, images: [first.ids[a], second.ids[b]] as const }));

const summaryOf = (first: EmbeddedDataset, second: EmbeddedDataset, found: SamePeopleResult) => ({
  train: { images: first.ids.length, people: new Set(first.labels).size, missing: first.missing },
  test: { images: second.ids.length, people: new Set(second.labels).size, missing: second.missing },
  threshold: found.threshold,
  people: withImages(first, second, found),
});

function describe(first: EmbeddedDataset, second: EmbeddedDataset, found: SamePeopleResult): string {
  const lines = withImages(first, second, found).map(
    ({ first: name, second: other, similarity, images }) =>
      `${name} is ${other} (${similarity.toFixed(2)}): ${images.join(' and ')}`,
  );
  const people = new Set(found.people.map(({ first: name }) => name)).size;
  const all = new Set(first.labels).size;
  const end = `${people} of ${all} people to train on are in both, at a similarity of ${found.threshold.toFixed(2)} or more.`;
  return [...lines, end].map((line) => printable(line, 1000)).join('\n');
}
