import { stat } from 'node:fs/promises';
import type { EmbeddingTable } from '@hm/eval';
import type { Recognizer } from '@hm/recognize';
import { readRegularFile } from '@hm/tensor/files';
import { HmError, InvalidDataError, printable } from '@hm/tensor/host';
import { command } from '../command.ts';
import { embedFolder } from '../embed-folder.ts';
import { assertFile } from '../input.ts';
import { openModel } from '../open-model.ts';
import { modelOptions } from '../options/model-options.ts';
import { finiteNumber, positiveInteger } from '../options/parse-option.ts';
import { print, tell } from '../output/print.ts';
import { takenFace } from '../taken-face.ts';

/** `hm search GALLERY PROBE… --model M`: finds the faces of a gallery most similar to the one in a photograph. */
export const search = () =>
  modelOptions(
    command('search')
      .description('Find the faces of a gallery that are most similar to the one in each photograph.')
      .argument('<gallery>', 'folder of photographs, or a file that hm embed wrote')
      .argument('<probes...>', 'photographs')
      .option('--model <file>', 'ONNX file of the network (default: the one that npm installed)')
      .option('--top <number>', 'number of results', positiveInteger, 5)
      .option('--threshold <similarity>', 'smallest cosine similarity of a result', finiteNumber),
  ).action(async (gallery, probes, { model, top, threshold = -1, json, ...options }) => {
    if (model !== undefined) await assertFile(model, 'a model');
    for (const probe of probes) await assertFile(probe, 'a photograph');
    const recognizer = await openModel('hm search', model, options);
    try {
      const table = await openGallery(recognizer, gallery);
      const { hits, faces } = await nearest(recognizer, table, probes, top);
      const found = probes.map((probe, index) => ({
        probe,
        faces: faces[index]!,
        hits: hits[index]!.filter(({ similarity }) => similarity >= threshold),
      }));
      if (json) print(JSON.stringify({ gallery: table.ids.length, found }));
      else for (const result of found) print(describe(result, takenFace(options.prefer)));
    } finally {
      await recognizer.release();
    }
  });

async function openGallery(recognizer: Recognizer, path: string): Promise<EmbeddingTable> {
  const { decodeEmbeddings } = await import('@hm/eval');
  const info = await stat(path).catch((cause: unknown) => {
    throw noGallery(path, 'no such path', cause);
  });
  if (!info.isDirectory())
    return decodeEmbeddings(await readRegularFile(path)).catch((error: unknown) => {
      throw HmError.isInstance(error) ? error.inFile(path) : error;
    });
  const table = await embedFolder(recognizer, path);
  for (const { path: name, reason } of table.missing)
    tell(printable(`Not in the gallery: ${name}: ${reason}`));
  if (table.ids.length === 0) throw noGallery(path, 'none with a face');
  return table;
}

interface Hit {
  id: string;
  similarity: number;
}

/** Returns the most similar faces of a gallery for each photograph, best first, and how many faces it shows. */
async function nearest(
  recognizer: Recognizer,
  { ids, embeddings }: EmbeddingTable,
  probes: readonly string[],
  top: number,
): Promise<{ hits: Hit[][]; faces: number[] }> {
  const { exactIndex } = await import('@hm/eval');
  const asked = await recognizer.embed(probes);
  const [lost] = asked.missing;
  if (lost !== undefined) throw noFace(lost.path, lost.reason);
  const index = await exactIndex(embeddings);
  try {
    const { rows, similarities, top: found } = await index.search(asked.embeddings, top);
    const hits = probes.map((_, probe) =>
      Array.from(rows.subarray(probe * found, (probe + 1) * found), (row, k) => ({
        id: ids[row]!,
        similarity: similarities[probe * found + k]!,
      })),
    );
    return { hits, faces: asked.faces };
  } finally {
    await index.release();
  }
}

function describe(
  { probe, faces, hits }: { probe: string; faces: number; hits: Hit[] },
  taken: string,
): string {
  const several = faces > 1 ? ` shows ${faces} faces, ${taken} is looked for` : '';
  const lines = hits.map(({ id, similarity }) => printable(`  ${similarity.toFixed(4)}  ${id}`));
  return [`${printable(probe)}${several}:`, ...(lines.length > 0 ? lines : ['  nobody'])].join('\n');
}

const noGallery = (path: string, received: string, cause?: unknown) =>
  new InvalidDataError({
    where: 'hm search',
    expected: 'a gallery: a folder of photographs, or a file that hm embed wrote',
    received: `${path}: ${received}`,
    fix: 'Check the path.',
    fields: { path },
    cause,
  });

const noFace = (path: string, received: string) =>
  new InvalidDataError({
    where: path,
    expected: 'a photograph with a face',
    received,
    fix: 'Take another photograph, or say --aligned for faces that are aligned already.',
    fields: { path },
  });
