import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { imageFolder } from '@hm/datasets';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFaces, writePairs } from '../../../../tools/lfw-files.ts';
import { type PhotographComparisonOptions, photographComparison } from './photograph-comparison.ts';

const folder = mkdtempSync(join(tmpdir(), 'hm-comparison-'));
const path = (...parts: string[]) => join(folder, ...parts);
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const people = { images: 2, size: 112 };
  const names = await writeFaces(path('faces'), { ...people, identities: 3 });
  writeFileSync(path('exclude.txt'), names[0]!);
  const judged = await writeFaces(path('lfw'), { ...people, identities: 4, firstIdentity: 3 });
  writePairs(path('lfw', 'pairs.txt'), judged);
  await writeFaces(path('large'), { images: 2, size: 160, identities: 4, firstIdentity: 3 });
  cpSync(path('lfw', 'pairs.txt'), path('large', 'pairs.txt'));
});

/** An aligner that only resizes, with a manifest of what is there now, and what it was asked for. */
function resizer() {
  const asked: { input: string; output: string; prefer: string | undefined }[] = [];
  const align: PhotographComparisonOptions['align'] = async (input, output, { prefer }) => {
    asked.push({ input, output, prefer });
    const images = await imageFolder(input);
    const records: string[] = [];
    for (let index = 0; index < images.length; index++) {
      const { id, image } = await images.sample(index);
      mkdirSync(dirname(join(output, id)), { recursive: true });
      if ('path' in image) await sharp(image.path).resize(112, 112).toFile(join(output, id));
      records.push(`${JSON.stringify({ path: id, status: 'aligned', output: id })}\n`);
    }
    writeFileSync(join(output, 'alignment.jsonl'), records.join(''));
  };
  return { asked, align };
}

const aligned = path('aligned');

describe('photographs for a comparison', () => {
  it('of 112 × 112 are used as they are, without the people to leave out', async () => {
    const { asked, align } = resizer();
    const options = { data: path('faces'), lfw: path('lfw'), exclude: path('exclude.txt'), aligned, align };
    const { train, protocol, description } = await photographComparison(options);
    expect(asked).toEqual([]);
    expect([train.classes, train.length, train.name(0)]).toEqual([2, 4, 'person-000001']);
    expect(protocol.pairs).toHaveLength(8);
    expect(description).toContain('4 images of 2 identities to train on, 1 identities left out');
  });

  it('of another size are aligned first, those of LFW so that no pair is lost', async () => {
    const { asked, align } = resizer();
    const { protocol } = await photographComparison({
      data: path('faces'),
      lfw: path('large'),
      aligned,
      align,
    });
    expect(asked).toEqual([{ input: path('large'), output: join(aligned, 'lfw'), prefer: 'center' }]);
    for (const image of protocol.images) {
      expect('path' in image && image.path.startsWith(join(aligned, 'lfw'))).toBe(true);
    }
  });

  it('keep the people to leave out away when they are aligned, too', async () => {
    const { asked, align } = resizer();
    const options = {
      data: path('large'),
      lfw: path('lfw'),
      exclude: path('exclude-large.txt'),
      aligned,
      align,
    };
    writeFileSync(options.exclude, 'person-000003\n');
    const { train } = await photographComparison(options);
    expect(asked).toEqual([{ input: path('large'), output: join(aligned, 'data'), prefer: undefined }]);
    expect([train.classes, train.name(0)]).toEqual([3, 'person-000004']);
  });

  it('that are removed after they were aligned are not trained on', async () => {
    const options = {
      data: path('shrinking'),
      lfw: path('lfw'),
      aligned: path('kept'),
      align: resizer().align,
    };
    cpSync(path('large'), path('shrinking'), { recursive: true });
    const before = await photographComparison(options);
    expect([before.train.classes, before.train.length]).toEqual([4, 8]);
    rmSync(path('shrinking', 'person-000003'), { recursive: true });
    rmSync(path('shrinking', 'person-000005', 'person-000005_0001.png'));
    const { train } = await photographComparison(options);
    expect([train.classes, train.length]).toEqual([3, 5]);
    const samples = await Promise.all(Array.from({ length: 5 }, (_, index) => train.sample(index)));
    expect(samples.map(({ label, id }) => `${label} ${train.name(label)} ${id.slice(-8)}`)).toEqual([
      '0 person-000004 0001.png',
      '0 person-000004 0002.png',
      '1 person-000005 0002.png',
      '2 person-000006 0001.png',
      '2 person-000006 0002.png',
    ]);
    expect(samples.map(({ label }) => label)).toEqual([...train.labels!]);
  });

  it('without a list of pairs are an error that says where it was looked for', async () => {
    const { align } = resizer();
    const options = { data: path('faces'), lfw: path('faces'), aligned, align };
    await expect(photographComparison(options)).rejects.toThrow(
      /a list of pairs at .*pairs\.txt.*Pass --pairs FILE/,
    );
  });
});
