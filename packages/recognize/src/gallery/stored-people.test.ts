import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fileStore } from './file-store.ts';
import type { GalleryContent } from './gallery-file.ts';
import { StoredPeople } from './stored-people.ts';

const folder = mkdtempSync(join(tmpdir(), 'hm-people-'));
afterAll(() => rmSync(folder, { recursive: true }));

const network = { name: 'n', fingerprint: 'f', embeddingSize: 2 };
const now = '2026-01-01T00:00:00Z';

const adding = (name: string) => async (content: GalleryContent) => {
  content.people.push({ name, photographs: 1, weight: 1, enrolled: now, updated: now });
  content.templates = Float32Array.of(...content.templates, 1, content.people.length);
};

/** A gallery in a file, whose next read ends when `hold` says so, with what the file held before. */
function slowGallery(path: string) {
  const store = fileStore(path);
  const held: Promise<void>[] = [];
  const read = async () => {
    const bytes = await store.read();
    await held.shift();
    return bytes;
  };
  const hold = () => {
    let letGo = () => {};
    held.push(
      new Promise((resolve) => {
        letGo = resolve;
      }),
    );
    return letGo;
  };
  return { people: new StoredPeople({ ...store, read }, network), hold, begun: () => held.length === 0 };
}

/** A gallery with Zoe in it, which another process has open too, and a list of it whose read has begun and waits. */
async function readingSlowly(name: string) {
  const path = join(folder, name);
  const other = new StoredPeople(fileStore(path), network);
  await other.change(adding('Zoe'));
  const { people, hold, begun } = slowGallery(path);
  const letGo = hold();
  const listed = people.list();
  await expect.poll(begun).toBe(true);
  return { people, other, hold, begun, letGo, listed };
}

const probe = Float32Array.of(1, 0);
const namesOf = async (people: StoredPeople) => (await people.list()).map(({ name }) => name);

test('a slow read brings back nothing that was replaced meanwhile, and no change is lost to it', async () => {
  const { people, other, hold, begun, letGo, listed } = await readingSlowly('gallery');
  await people.change(adding('Ada'));
  await other.change(adding('Bob'));
  const letChangeGo = hold();
  const changed = people.change(adding('Eve'));
  await expect.poll(begun).toBe(true);
  // The change waits for this search once it has taken up what Bob is in.
  const searched = people.search(probe);
  letChangeGo();
  letGo();
  await Promise.all([changed, listed, searched]);
  expect(await namesOf(other)).toEqual(['Zoe', 'Ada', 'Bob', 'Eve']);
  expect(await people.search(probe)).toHaveLength(4);
  await Promise.all([people.release(), other.release()]);
});

test('who looks alike is searched among the people that the file holds, whatever read ends meanwhile', async () => {
  const { people, other, letGo, listed } = await readingSlowly('alike');
  await other.change(adding('Ada'));
  await people.change(async (content) => {
    letGo();
    expect(await listed).toHaveLength(2);
    expect(await people.search(probe)).toHaveLength(2);
    await adding('Bob')(content);
  });
  expect(await namesOf(people)).toEqual(['Zoe', 'Ada', 'Bob']);
  await Promise.all([people.release(), other.release()]);
});
