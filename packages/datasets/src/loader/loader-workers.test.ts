import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Dataset } from '../dataset.ts';
import { imageFolder } from '../image-folder.ts';
import { imageList } from '../image-list.ts';
import { temporaryFolder, write, writeFaces } from '../testing/files.ts';
import { collect, content, options, readUntilError } from '../testing/read-batches.ts';
import { batches } from './batches.ts';
import { createLoader } from './create-loader.ts';

const folder = temporaryFolder();
const threads = () => (process.report.getReport() as unknown as { workers: unknown[] }).workers.length;
let faces: Dataset;

beforeAll(async () => {
  faces = await imageFolder(await writeFaces(join(folder, 'faces'), 3, 7));
});

describe('workers', () => {
  test('live from epoch to epoch until the loader is closed', async () => {
    const before = threads();
    const loader = createLoader(faces, { ...options, workers: 2 });
    expect(threads()).toBe(before);
    for (let epoch = 0; epoch < 3; epoch++) expect(await collect(loader.batches({ epoch }))).toHaveLength(6);
    expect(loader.batchesPerEpoch).toBe(6);
    expect(threads()).toBe(before + 2);
    await loader.close();
    await loader.close();
    expect(threads()).toBe(before);
    await expect(loader.batches({ epoch: 0 }).next()).rejects.toThrow('one that was closed');
  });

  test('end with the loop of batches, whether it runs out, breaks or throws', async () => {
    const before = threads();
    await collect(batches(faces, { ...options, epoch: 0 }));
    expect(threads()).toBe(before);
    for await (const _ of batches(faces, { ...options, workers: 2, epoch: 0 })) {
      expect(threads()).toBe(before + 2);
      break;
    }
    expect(threads()).toBe(before);
    const bad = imageList([{ path: join(folder, 'none.png'), id: 'none' }]);
    await readUntilError(batches(bad, { ...options, epoch: 0 }));
    expect(threads()).toBe(before);
  });

  test('leaving a loop early leaves a loader usable, with whole batches', async () => {
    const loader = createLoader(faces, { ...options, workers: 2 });
    const expected = content(await collect(loader.batches({ epoch: 1 })));
    for (let round = 0; round < 5; round++) {
      for await (const batch of loader.batches({ epoch: 0 })) if (batch.position === round) break;
    }
    expect(content(await collect(loader.batches({ epoch: 1 })))).toEqual(expected);
    await loader.close();
  });

  test('two loops may read one loader at the same time', async () => {
    const loader = createLoader(faces, options);
    const [first, second] = await Promise.all([
      collect(loader.batches({ epoch: 0 })),
      collect(loader.batches({ epoch: 0 })),
    ]);
    expect(content(first)).toEqual(content(second));
    await loader.close();
  });

  test('a process ends after a break, an error, and without a close', () => {
    const script = write(
      join(folder, 'script.mjs'),
      `import { batches, createLoader, imageFolder, imageList, defaultPreprocessing } from ${JSON.stringify(
        pathToFileURL(join(import.meta.dirname, '../../dist/index.js')).href,
      )};
      const data = await imageFolder(${JSON.stringify(join(folder, 'faces'))});
      const options = { batchSize: 2, seed: 0, workers: 2, preprocessing: defaultPreprocessing };
      for await (const batch of batches(data, { ...options, epoch: 0 })) break;
      const bad = imageList([{ path: 'none.jpg', id: 'none' }]);
      try { for await (const batch of batches(bad, { ...options, epoch: 0 })); } catch (error) { console.log(error.code); }
      const loader = createLoader(data, options);
      for await (const batch of loader.batches({ epoch: 0 })) break;
      let seen = 0;
      for await (const { indices } of loader.batches({ epoch: 0 })) seen += indices.length;
      console.log(seen);`,
    );
    const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect([stdout, stderr, status]).toEqual(['invalid-data\n21\n', '', 0]);
  });
});
