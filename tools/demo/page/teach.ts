import { alignFace, chooseFace, type Detector, loadMtcnn } from '@hm/align/browser';
import { type Person, type Preprocessing, preprocessingFromMetadata } from '@hm/datasets/browser';
import { decodeImage, type RgbImage } from '@hm/images/browser';
import { readMetadata } from '@hm/onnx/session';
import { bundledNetwork } from '@hm/recognize/browser';
import { sha256Of } from '@hm/tensor/host';
import { indexedDbStore, type TrainEvent } from '@hm/train/browser';
import { count } from './count.ts';
import { drawPixels } from './draw.ts';
import { element } from './element.ts';
import { keepBack, type Score, scoreOf } from './kept-back.ts';
import type { Told } from './lesson.ts';
import { personRow } from './person-row.ts';
import { report, say } from './status.ts';

/** The network to fine-tune. */
interface Network {
  name: string;
  bytes: Uint8Array;
  preprocessing: Preprocessing & { template: Exclude<Preprocessing['template'], 'none'> };
}

/** Photographs added for a person. The files are kept for networks that need another alignment. */
interface Added {
  files: readonly File[];
  faces: RgbImage[];
}

const weights = new URL('weights', document.baseURI).href;
const buttons = {
  train: element<HTMLButtonElement>('train'),
  pause: element<HTMLButtonElement>('pause'),
  forget: element<HTMLButtonElement>('forget'),
};
const progress = element<HTMLProgressElement>('progress');
const people = new Map<string, Added>();
let network: Network | undefined;
let detector: Detector | undefined;
let worker: Worker | undefined;
/** True from the click on Train until the worker has ended. */
let training = false;
let run = '';

/** Loads a network and aligns all photographs for it. */
async function use(name: string, bytes: Uint8Array): Promise<void> {
  const preprocessing = preprocessingFromMetadata(readMetadata(bytes));
  if (preprocessing === undefined || preprocessing.template === 'none')
    throw new Error(
      `${name} does not say how its images are prepared: hm model add FILE --like NAME writes it into a copy.`,
    );
  network = { name, bytes, preprocessing: preprocessing as Network['preprocessing'] };
  for (const added of people.values()) added.faces = (await facesOf(added.files)).faces;
  say(`${name}, images of ${preprocessing.height} × ${preprocessing.width}.`);
  await show();
}

/** Returns the aligned main face of each photograph, and the names of files without a face. */
async function facesOf(files: readonly File[]): Promise<{ faces: RgbImage[]; without: string[] }> {
  detector ??= await loadMtcnn({ weights: `${weights}/mtcnn_model-weights_manifest.json` });
  const faces: RgbImage[] = [];
  const without: string[] = [];
  for (const file of files) {
    const image = await decodeImage(file);
    const face = chooseFace(await detector.detect(image), image);
    if (face === undefined) without.push(file.name);
    else faces.push(alignFace(image, face, network!.preprocessing.template));
  }
  return { faces, without };
}

async function add(): Promise<void> {
  const field = element<HTMLInputElement>('person');
  const chosen = element<HTMLInputElement>('photographs');
  // What is typed while faces are searched is for the next person.
  const name = field.value.trim();
  const files = [...chosen.files!];
  chosen.value = '';
  if (name === '') return say('Type the name of the person first.', true);
  say(`Looking for faces in ${count(files.length, 'photograph')} …`);
  const { faces, without } = await facesOf(files);
  const before = people.get(name) ?? { files: [], faces: [] };
  if (faces.length > 0)
    people.set(name, {
      files: [...before.files, ...files],
      faces: [...before.faces, ...faces],
    });
  const left = without.length === 0 ? '' : ` No face in ${without.join(', ')}.`;
  say(`${count(faces.length, 'face')} of ${name} added.${left}`, faces.length === 0);
  if (faces.length > 0 && field.value.trim() === name) field.value = '';
  await show();
}

const persons = (): Person[] => [...people].map(([name, { faces }]) => ({ name, photographs: faces }));
const setting = (name: string) => element<HTMLInputElement | HTMLSelectElement>(name).value;

/** Lists all people and enables the buttons for possible actions. */
async function show(): Promise<void> {
  element('added').replaceChildren(
    ...[...people].map(([name, { faces }]) => {
      const remove = () => {
        people.delete(name);
        show().catch(report);
      };
      const { row, text } = personRow(name, count(faces.length, 'photograph'), {
        label: 'Remove',
        act: remove,
      });
      for (const face of faces.slice(0, 8)) {
        const canvas = document.createElement('canvas');
        canvas.className = 'small';
        drawPixels(canvas, face);
        text.append(canvas);
      }
      return row;
    }),
  );
  const alone = [...people].find(([, { faces }]) => faces.length < 2)?.[0];
  const lacking = people.size < 2 ? 'Add two people.' : alone && `Add another photograph of ${alone}.`;
  element('lacking').textContent = lacking ?? '';
  run = lacking === undefined && network !== undefined ? await nameOfRun(network) : '';
  const begun = run !== '' && (await indexedDbStore(run).newest()).checkpoint !== undefined;
  buttons.train.disabled = run === '' || training;
  buttons.train.textContent = begun ? 'Go on' : 'Train';
  buttons.pause.disabled = worker === undefined;
  buttons.forget.disabled = !begun || training;
}

/** Returns the run's name. The same network, photographs and settings have the same name, so that their run resumes. */
async function nameOfRun({ bytes }: Network): Promise<string> {
  const parts: Uint8Array[] = [bytes];
  for (const { name, photographs } of persons())
    parts.push(new TextEncoder().encode(name), ...photographs.map(({ pixels }) => pixels));
  const hashes = await Promise.all(parts.map(sha256Of));
  const settings = `${setting('epochs')} ${setting('loss')}`;
  return `taught ${await sha256Of(new TextEncoder().encode(hashes.join() + settings))}`;
}

/** Trains in a worker until training ends, is paused or fails; one training at a time. */
async function train(network: Network): Promise<void> {
  if (training) return;
  training = true;
  buttons.train.disabled = buttons.forget.disabled = true;
  try {
    await teach(network);
  } finally {
    worker?.terminate();
    worker = undefined;
    training = false;
    progress.hidden = true;
    await show();
  }
}

async function teach({ bytes: model, preprocessing }: Network): Promise<void> {
  const lesson = { run, model, preprocessing, epochs: Number(setting('epochs')), loss: setting('loss') };
  const split = keepBack(persons());
  element('result').hidden = true;
  const before = split.kept.length > 0 ? await scoreOf(model, preprocessing, split) : undefined;
  worker = new Worker(new URL('./teach-worker.ts', import.meta.url), { type: 'module' });
  const ended = endOf(worker);
  worker.postMessage({ ...lesson, persons: split.taught });
  await show();
  const end = await ended;
  if (end.kind === 'event') return say('Paused. It goes on from here, also after the page was closed.');
  if (end.kind === 'failed') return say(end.reason, true);
  const taught = end.model;
  const after = before && (await scoreOf(taught, preprocessing, split));
  if (before && after) showScores(before, after, split.kept.length);
  else element('scores').replaceChildren();
  element('save').onclick = () => save(taught);
  element('result').hidden = false;
  say(before ? 'Done.' : 'Done. Nobody has three photographs, so none was kept back to compare with.');
}

/** Shows the worker's steps, and resolves to its last message. */
const endOf = (worker: Worker): Promise<Told> =>
  new Promise((resolve, reject) => {
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    worker.addEventListener('message', ({ data: told }: MessageEvent<Told>) => {
      if (told.kind === 'event' && told.event.kind !== 'stopped') tell(told.event);
      else resolve(told);
    });
  });

function save(taught: Uint8Array): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([new Uint8Array(taught)]));
  link.download = 'taught.onnx';
  link.click();
  URL.revokeObjectURL(link.href);
}

function tell(event: TrainEvent): void {
  if (event.kind !== 'step') return;
  const { step, steps, epoch, epochs, loss, imagesPerSecond } = event;
  progress.hidden = false;
  progress.value = step / steps;
  say(
    `Epoch ${epoch} of ${epochs}, step ${step} of ${steps}: loss ${loss.toFixed(3)}, ${imagesPerSecond.toFixed(1)} images a second.`,
  );
}

function showScores(before: Score, after: Score, faces: number): void {
  const rows: [string, (score: Score) => string][] = [
    ['most like their own person', ({ right }) => `${right} of ${faces}`],
    ['similarity to their own person', ({ own }) => own.toFixed(3)],
    ['similarity to the nearest other', ({ other }) => other.toFixed(3)],
  ];
  element('scores').replaceChildren(
    ...rows.map(([title, text]) => {
      const row = document.createElement('tr');
      const head = document.createElement('th');
      head.scope = 'row';
      head.textContent = title;
      row.append(head);
      for (const score of [before, after]) row.insertCell().textContent = text(score);
      return row;
    }),
  );
}

element<HTMLFormElement>('add').addEventListener('submit', (event) => {
  event.preventDefault();
  add().catch(report);
});
element<HTMLInputElement>('model').addEventListener('change', async ({ target }) => {
  const file = (target as HTMLInputElement).files?.[0];
  if (file) await use(file.name, new Uint8Array(await file.arrayBuffer())).catch(report);
});
for (const name of ['epochs', 'loss']) element(name).addEventListener('change', () => show().catch(report));
buttons.train.addEventListener('click', () => network && train(network).catch(report));
buttons.pause.addEventListener('click', () => worker?.postMessage('pause'));
buttons.forget.addEventListener('click', async () => {
  await indexedDbStore(run).remove();
  say('The run is forgotten.');
  await show();
});

async function start(): Promise<void> {
  const settings = await (await fetch('settings.json')).json();
  if (!settings.model) return use('dlib', await bundledNetwork(weights));
  await use(settings.model, new Uint8Array(await (await fetch('model.onnx')).arrayBuffer()));
}
start().catch(report);
