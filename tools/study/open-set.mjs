/**
 * Open-set identification on LFW: enrolls people with one photograph each, and searches the gallery with other
 * photographs of them and of people who are not enrolled. Prints FNIR at FPIR (ISO/IEC 19795-1), also with the
 * gallery's own thresholds.
 *
 *   node tools/study/open-set.mjs --lfw lfw/images [--enrolled 200] [--strangers 1000] [--flip sum]
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openGallery, openRecognizer } from '@hm/recognize';
import { Rng } from '@hm/tensor/host';

const { values } = parseArgs({
  options: {
    lfw: { type: 'string' },
    enrolled: { type: 'string', default: '200' },
    strangers: { type: 'string', default: '1000' },
    flip: { type: 'string', default: 'off' },
  },
});

const people = Rng.of('open-set').shuffle((await readdir(values.lfw)).sort());
const photographs = Object.fromEntries(
  await Promise.all(
    people.map(async (name) => [
      name,
      (await readdir(join(values.lfw, name))).sort().map((file) => join(values.lfw, name, file)),
    ]),
  ),
);
const known = people.filter((name) => photographs[name].length > 1).slice(0, Number(values.enrolled));
const strangers = people.filter((name) => !known.includes(name)).slice(0, Number(values.strangers));

const recognizer = await openRecognizer(undefined, { flip: values.flip, prefer: 'center', workers: 1 });
const folder = await mkdtemp(join(tmpdir(), 'hm-open-set-'));
const gallery = await openGallery(join(folder, 'people.gallery'), recognizer);

/** Chooses the face at the centre, which is the subject of an LFW photograph. */
const central = (faces) => faces.toSorted((a, b) => offset(a.box) - offset(b.box))[0];
const offset = ([left, top, right, bottom]) =>
  Math.hypot((left + right) / 2 - 124.5, (top + bottom) / 2 - 124.5);

const lookAt = async (paths) => {
  const found = [];
  for await (const { faces } of recognizer.facesOf(paths)) found.push(central(faces));
  return found.filter((face) => face !== undefined);
};

for (const name of known) {
  // A gallery accepts only photographs with a single face, so this passes the embedding of the central face.
  const [face] = await lookAt([photographs[name][0]]);
  const one = { ...recognizer, faces: async () => [face] };
  const alone = await openGallery(join(folder, 'people.gallery'), one);
  await alone.enroll(name, [photographs[name][0]], { alike: true, minQuality: 0 });
  await alone.release();
}

const searched = async (names, paths) => {
  const faces = await lookAt(names.flatMap(paths));
  return Promise.all(faces.map((face) => gallery.identifyFace(face, { threshold: -1, margin: 0 })));
};
const genuine = [];
for (const name of known) {
  const others = photographs[name].slice(1, 4);
  for (const result of await searched([name], () => others)) genuine.push({ name, result });
}
const impostors = await searched(strangers, (name) => photographs[name].slice(0, 1));
const best = ({ candidates }) => candidates[0].similarity;
const scores = impostors.map(best).sort((a, b) => b - a);
console.log(
  `${known.length} enrolled, ${genuine.length} searches for them, ${impostors.length} for strangers, flip ${values.flip}`,
);
const missed = (threshold) =>
  genuine.filter(({ name, result }) => result.candidates[0].name !== name || best(result) < threshold)
    .length / genuine.length;
for (const fpir of [0.3, 0.1, 0.03, 0.01, 0.003, 0.001]) {
  const threshold = scores[Math.floor(fpir * scores.length)];
  console.log(
    `FPIR ${fpir}: FNIR ${missed(threshold + 1e-9).toFixed(4)} at similarity ${threshold.toFixed(4)}`,
  );
}
let wrong = 0;
let unnamed = 0;
for (const { name, result } of genuine) {
  const { name: said } = await gallery.identifyFace(result);
  if (said === null) unnamed++;
  else if (said !== name) wrong++;
}
let named = 0;
for (const face of impostors) if ((await gallery.identifyFace(face)).name !== null) named++;
console.log(
  `with the gallery's own threshold and margin: FPIR ${(named / impostors.length).toFixed(4)}, FNIR ${((unnamed + wrong) / genuine.length).toFixed(4)} (${wrong} taken for another)`,
);
await gallery.release();
await recognizer.release();
await rm(folder, { recursive: true });
