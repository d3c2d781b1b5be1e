import type { Dataset } from '@hm/datasets';
import type { MislabeledImage, SamePeopleResult } from '@hm/eval';
import type { EmbeddedDataset } from '@hm/recognize';
import { printable } from '@hm/tensor/host';
import { command } from '../../command.ts';
import { dataFormOptions } from '../../data/data-options.ts';
import { embedData, withModel } from '../../data/embed-data.ts';
import { openData } from '../../data/open-data.ts';
import { modelOptions } from '../../options/model-options.ts';
import { withoutUndefined } from '../../options/without-undefined.ts';
import { formatByName, prepareFile } from '../../output/output.ts';
import { print, tell } from '../../output/print.ts';

/** `hm data clean DATA`: finds images of the wrong person, and people listed under two names. */
export const clean = () =>
  modelOptions(
    dataFormOptions(
      command('clean')
        .description(
          'Find images that look more like another person than like their own, and people listed under two names.',
        )
        .argument('<data>', 'folder of identities, RecordIO, tar, parquet, MS-Celeb-1M lines, or a list')
        .option('--model <file>', 'ONNX file of the network (default: the one that npm installed)')
        .option('--out <file>', 'write a CSV list of the images to keep, for hm train --data'),
    ),
  ).action(async (path, { out, json, form, split, imageColumn, labelColumn, verbose: _, ...options }) => {
    if (out !== undefined) {
      formatByName('--out', out, { '.csv': 'csv' });
      await prepareFile(out);
    }
    const { findMislabeled, findSamePeople } = await import('@hm/eval');
    const data = await openData(path, withoutUndefined({ form, split, imageColumn, labelColumn }));
    await withModel('hm data clean', options, async (recognizer) => {
      const faces = await embedData(recognizer, data);
      const found = await findMislabeled(faces);
      const twice = await findSamePeople(faces);
      print(json ? JSON.stringify(summaryOf(faces, found, twice)) : describe(faces, found, twice));
      if (out !== undefined) await writeRest(out, data, faces, found);
    });
  });

const summaryOf = (
  { ids, missing }: EmbeddedDataset,
  mislabeled: readonly MislabeledImage[],
  { threshold, people }: SamePeopleResult,
) => ({
  images: ids.length,
  mislabeled: mislabeled.map(({ row, ...rest }) => ({ id: ids[row], ...rest })),
  threshold,
  people: people.map(({ rows, ...rest }) => ({ ...rest, images: rows.map((row) => ids[row]) })),
  missing,
});

function describe(
  { ids, missing }: EmbeddedDataset,
  mislabeled: readonly MislabeledImage[],
  { threshold, people }: SamePeopleResult,
): string {
  const lines = [
    ...mislabeled.map(
      ({ row, label, nearest, own, other }) =>
        `${ids[row]}: ${label} (${own.toFixed(2)}), looks like ${nearest} (${other.toFixed(2)})`,
    ),
    `${mislabeled.length} of ${ids.length} images look more like somebody else of the set than like their own person.`,
    ...people.map(
      ({ first, second, similarity, rows }) =>
        `${first} and ${second} look like one person (${similarity.toFixed(2)}): ${rows.map((row) => ids[row]).join(' and ')}`,
    ),
    `${people.length} pairs of people look like one, at a similarity of ${threshold.toFixed(2)} or more.`,
    ...missing.map(({ id, reason }) => `${id}: ${reason}`),
    `${missing.length} images without a face or undecodable.`,
  ];
  return lines.map((line) => printable(line, 1000)).join('\n');
}

/** Writes a list of the images to keep, which must lie beside the images. */
async function writeRest(
  out: string,
  data: Dataset,
  { places }: EmbeddedDataset,
  mislabeled: readonly MislabeledImage[],
): Promise<void> {
  const { writeImageList } = await import('@hm/datasets');
  const wrong = new Set(mislabeled.map(({ row }) => places[row]!));
  const kept = Array.from({ length: data.length }, (_, index) => index).filter((index) => !wrong.has(index));
  await writeImageList(out, {
    length: kept.length,
    classes: data.classes,
    name: (label) => data.name(label),
    sample: (index) => data.sample(kept[index]!),
  });
  tell(printable(`Written: ${out}, ${kept.length} images.`));
}
