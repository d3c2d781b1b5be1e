// `node tools/bench/recordio.mjs [--entries N] [--records N]`: measures opening an index of N entries and random access
// to N records, each in its own process, and prints one JSON line for each. It generates the files and removes them.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  createWriteStream,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { recordIo, writeRecordIo } from '@hm/datasets';
import { Rng } from '@hm/tensor';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '5800000' },
    records: { type: 'string', default: '100000' },
    measure: { type: 'string' },
    file: { type: 'string' },
  },
});
const peakMemoryBytes = () => process.resourceUsage().maxRSS * 1024;

/** Writes an InsightFace file with holes instead of images, and its index. Record 0 comes last, as in real files. */
async function madeUp(folder, entries) {
  const path = join(folder, 'train.rec');
  const size = 5004;
  const index = createWriteStream(join(folder, 'train.idx'));
  for (let key = 1; key < entries; key += 10_000) {
    const lines = Array.from(
      { length: Math.min(10_000, entries - key) },
      (_, line) => `${key + line}\t${(key + line) * size}\n`,
    );
    if (!index.write(lines.join(''))) await once(index, 'drain');
  }
  index.end(`0\t${entries * size}\n`);
  await once(index, 'close');
  const identities = Math.min(85_742, Math.floor(entries / 2));
  const record = Buffer.alloc(40);
  record.writeUInt32LE(0xced7230a, 0);
  record.writeUInt32LE(32, 4);
  record.writeUInt32LE(2, 8);
  record.writeUInt32LE(1, 24);
  record.writeFloatLE(entries - identities, 32);
  record.writeFloatLE(entries, 36);
  const file = openSync(path, 'w');
  ftruncateSync(file, entries * size);
  writeSync(file, record, 0, 40, entries * size);
  closeSync(file);
  writeFileSync(join(folder, 'property'), `${identities},112,112\n`);
  return path;
}

/** Writes a plain file whose records are random bytes of the length of faces. */
async function written(folder, records) {
  const rng = Rng.of(7);
  const bytes = Uint8Array.from({ length: 1 << 16 }, () => rng.integer(256));
  async function* samples() {
    for (let key = 0; key < records; key++) {
      const start = rng.integer(1 << 15);
      yield {
        bytes: bytes.subarray(start, start + 4000 + rng.integer(2000)),
        label: key % 1000,
        name: '',
        id: `${key}.jpg`,
      };
    }
  }
  const path = join(folder, 'random.rec');
  await writeRecordIo(path, samples());
  return path;
}

async function measureOpen(path) {
  const start = performance.now();
  const { length, layout } = await recordIo(path);
  return {
    bench: 'recordio-open',
    layout,
    images: length,
    milliseconds: Math.round(performance.now() - start),
  };
}

async function measureRandom(path) {
  const data = await recordIo(path);
  const order = Rng.of(1).shuffle([...Array(data.length).keys()]);
  const file = openSync(path);
  const buffer = Buffer.alloc(1 << 16);
  const start = performance.now();
  for (const index of order) {
    // A worker does this before it decodes.
    const { image } = data.sample(index);
    readSync(file, buffer, 0, image.length, image.offset);
  }
  const seconds = (performance.now() - start) / 1000;
  return {
    bench: 'recordio-random',
    records: data.length,
    samplesPerSecond: Math.round(data.length / seconds),
  };
}

if (values.measure) {
  const result = await (values.measure === 'open' ? measureOpen : measureRandom)(values.file);
  console.log(JSON.stringify({ ...result, peakMemoryBytes: peakMemoryBytes() }));
} else {
  const folder = mkdtempSync(join(tmpdir(), 'hm-recordio-'));
  try {
    for (const [measure, file] of [
      ['open', await madeUp(folder, Number(values.entries))],
      ['random', await written(folder, Number(values.records))],
    ]) {
      spawnSync(process.execPath, [import.meta.filename, '--measure', measure, '--file', file], {
        stdio: 'inherit',
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
