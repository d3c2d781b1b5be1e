import { HmError } from '@hm/tensor/host';
import { element } from './element.ts';
import { PhotographPanel } from './photograph-panel.ts';
import { askPreprocessing, needsPreprocessing, type Preprocessing } from './preprocessing-form.ts';
import { Recogniser } from './recogniser.ts';
import { readThresholds, type Thresholds } from './thresholds.ts';
import { showVerdict } from './verdict.ts';

const command = 'npm run demo -- --model face.onnx';
const provider = element<HTMLSelectElement>('provider');
const rate = element<HTMLSelectElement>('rate');

let model: { name: string; bytes: Uint8Array } | undefined;
let recogniser: Recogniser | undefined;
let thresholds: Thresholds | undefined;
let comparison = 0;
let loading: Promise<void> = Promise.resolve();

const panels = [...document.querySelectorAll<HTMLElement>('.photograph')].map(
  (root) => new PhotographPanel(root, { recogniser: () => recogniser, changed: compare, report }),
);

/** Loads the model on the chosen provider and looks at the photographs again; one load at a time. */
function load(preprocessing?: Preprocessing): Promise<void> {
  loading = loading.then(() => loadNow(preprocessing));
  return loading;
}

async function loadNow(preprocessing?: Preprocessing): Promise<void> {
  if (model === undefined) return say(`Choose an exported model, or start the page with one: ${command}`);
  try {
    say(`Loading ${model.name} …`);
    await recogniser?.release();
    recogniser = undefined;
    recogniser = await Recogniser.load(model.bytes, provider.value as 'cpu' | 'webgpu', preprocessing);
    const { embeddingSize } = recogniser.embedder;
    say(
      `${model.name} runs on ${runtimeName(recogniser.embedder.provider)}, ${embeddingSize} numbers a face.`,
    );
    for (const panel of panels) await panel.search();
  } catch (error) {
    if (!needsPreprocessing(error)) return report(error);
    say(`${model.name} does not say how its images are prepared.`, true);
    askPreprocessing().then(load);
  }
}

/** Compares the chosen faces once both are there. */
async function compare(): Promise<void> {
  const [first, second] = panels.map(({ aligned }) => aligned);
  const turn = ++comparison;
  element('verdict').hidden = true;
  if (recogniser === undefined || first === undefined || second === undefined) return;
  try {
    const similarity = await recogniser.similarity(first, second, thresholds?.flip ?? 'off');
    if (turn === comparison) showVerdict(similarity, thresholds?.rates[Number(rate.value)], otherModel());
  } catch (error) {
    report(error);
  }
}

function useEvaluation(text: string): void {
  thresholds = readThresholds(text);
  rate.replaceChildren(
    ...thresholds.rates.map(
      ({ far }, index) => new Option(`${far} (1 in ${Math.round(1 / far)})`, `${index}`),
    ),
  );
  rate.disabled = false;
  rate.title = `Measured on ${thresholds.protocol} with ${thresholds.model}`;
  rate.value = `${thresholds.rates.length - 1}`;
  compare();
}

/** Thresholds mean nothing for another model than the one that they were measured with. */
const otherModel = (): string =>
  thresholds === undefined || model === undefined || thresholds.model === model.name
    ? ''
    : ` Beware: the evaluation is of ${thresholds.model}, and this is ${model.name}.`;

/** A message of ours says what to do; anything else is shown as it is. */
function report(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  say(HmError.isInstance(error) ? text : `Something went wrong: ${text}`, true);
}

function say(text: string, fault = false): void {
  element('status').textContent = text;
  element('status').classList.toggle('fault', fault);
}

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

provider.addEventListener('change', () => load(recogniser?.embedder.preprocessing));
rate.addEventListener('change', compare);
element<HTMLInputElement>('model').addEventListener('change', async ({ target }) => {
  const file = (target as HTMLInputElement).files?.[0];
  if (file === undefined) return;
  model = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
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
