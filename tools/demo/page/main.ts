import type { Recognizer } from '@hm/recognize/browser';
import { cosine } from './cosine.ts';
import { element } from './element.ts';
import { openModel } from './open-model.ts';
import { People } from './people.ts';
import { PhotographPanel } from './photograph-panel.ts';
import { askPreprocessing, needsPreprocessing, type Preprocessing } from './preprocessing-form.ts';
import { report, say } from './status.ts';
import { calibrated, readThresholds, type Thresholds } from './thresholds.ts';
import { showVerdict } from './verdict.ts';

const provider = element<HTMLSelectElement>('provider');
const rate = element<HTMLSelectElement>('rate');

let model: { name: string; bytes: Uint8Array } | undefined;
let recognizer: Recognizer | undefined;
/** Thresholds of the given evaluation, or of the network's own calibration. */
let thresholds: Thresholds | undefined;
let evaluation: Thresholds | undefined;
let comparison = 0;
let loading: Promise<void> = Promise.resolve();

const people: People = new People({
  photograph: (panel) => panels[panel]!.photograph,
  threshold: () => (evaluation === undefined ? undefined : chosenRate()?.similarity),
  changed: identify,
  say,
  report,
});
const panels: PhotographPanel[] = [...document.querySelectorAll<HTMLElement>('.photograph')].map(
  (root) =>
    new PhotographPanel(root, {
      recognizer: () => recognizer,
      describe: (face) => people.describe(face),
      changed: compare,
      report,
    }),
);

/** Loads the model on the chosen provider and searches the photographs again. Loads run one at a time. */
function load(preprocessing?: Preprocessing): Promise<void> {
  loading = loading.then(() => loadNow(preprocessing));
  return loading;
}

async function loadNow(preprocessing?: Preprocessing): Promise<void> {
  const name = model?.name ?? 'dlib';
  try {
    say(`Loading ${name} …`);
    await recognizer?.release();
    recognizer = undefined;
    const choice = { provider: provider.value as 'cpu' | 'webgpu', preprocessing };
    const opened = await openModel({ ...choice, bytes: model?.bytes, flip: evaluation?.flip ?? 'off' });
    await people.open(opened);
    recognizer = opened;
    useThresholds(evaluation ?? (opened.calibration && calibrated(opened.calibration)));
    say(
      `${name} runs on ${runtimeName(provider.value)}, ${opened.embeddingSize} numbers a face.${licenseOf(opened)}`,
    );
    for (const panel of panels) await panel.search();
  } catch (error) {
    if (!needsPreprocessing(error)) return report(error);
    say(`${name} does not say how its images are prepared.`, true);
    askPreprocessing().then(load);
  }
}

const licenseOf = ({ license }: Recognizer) => (license === null ? '' : ` License: ${license}`);

/** Compares the chosen faces as soon as there are two. */
function compare(): void {
  const [first, second] = panels.map(({ face }) => face);
  const turn = ++comparison;
  element('verdict').hidden = true;
  if (first === undefined || second === undefined || turn !== comparison) return;
  showVerdict(cosine(first.embedding, second.embedding), chosenRate(), otherModel());
}

const chosenRate = () => thresholds?.rates[Number(rate.value)];

function identify(): void {
  for (const panel of panels) panel.identify().catch(report);
}

/** Uses an evaluation. If it uses the mirrored image differently, the model is loaded again for other embeddings. */
function useEvaluation(text: string): void {
  const before = evaluation?.flip ?? 'off';
  evaluation = readThresholds(text);
  useThresholds(evaluation);
  if (evaluation.flip !== before && recognizer !== undefined) load(recognizer.preprocessing);
}

function useThresholds(given: Thresholds | undefined): void {
  if (given === undefined || given === thresholds) return;
  thresholds = given;
  rate.replaceChildren(
    ...given.rates.map(({ far }, index) => new Option(`${far} (1 in ${Math.round(1 / far)})`, `${index}`)),
  );
  rate.disabled = false;
  rate.title = `Measured on ${given.protocol} with ${given.model}`;
  const usual = given === evaluation ? -1 : given.rates.findIndex(({ far }) => far === 1e-3);
  rate.value = `${usual === -1 ? given.rates.length - 1 : usual}`;
  compare();
  identify();
}

/** Returns a warning if the thresholds were measured with another model, for which they have no meaning. */
const otherModel = (): string =>
  evaluation === undefined || evaluation.model === (model?.name ?? 'dlib')
    ? ''
    : ` Beware: the evaluation is of ${evaluation.model}, and this is ${model?.name ?? 'dlib'}.`;

const runtimeName = (name: string) => (name === 'webgpu' ? 'WebGPU' : 'WebAssembly');

async function offerProviders(): Promise<void> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
  if ((await gpu?.requestAdapter().catch(() => null)) != null) return;
  const option = provider.options[1]!;
  option.disabled = true;
  option.textContent = 'WebGPU: this browser has none';
}

async function start(): Promise<void> {
  await offerProviders();
  const settings = await (await fetch('settings.json')).json();
  if (settings.evaluation) useEvaluation(await (await fetch('evaluation.json')).text());
  if (settings.model) {
    model = { name: settings.model, bytes: new Uint8Array(await (await fetch('model.onnx')).arrayBuffer()) };
  }
  await load();
}

provider.addEventListener('change', () => load(recognizer?.preprocessing));
rate.addEventListener('change', () => {
  compare();
  identify();
});
element<HTMLInputElement>('model').addEventListener('change', async ({ target }) => {
  const file = (target as HTMLInputElement).files?.[0];
  if (file === undefined) return;
  model = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
  thresholds = evaluation;
  load();
});
element<HTMLInputElement>('evaluation').addEventListener('change', async ({ target }) => {
  const file = (target as HTMLInputElement).files?.[0];
  if (file === undefined) return;
  try {
    useEvaluation(await file.text());
  } catch (error) {
    report(error);
  }
});
start().catch(report);
