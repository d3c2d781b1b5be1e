/// <reference lib="dom" />
import type { HardnessEvent, StepEvent, TrainEvent, ValidationEvent } from '../observe/events.ts';

/** Script of the page. Its source text is sent there, so it must not use anything from outside the function. */
export function watchRun(): void {
  const MOST_POINTS = 500;
  const curves = new Map<string, [x: number, y: number][]>();
  const element = (id: string) => document.getElementById(id)!;
  const short = (value: number) => String(Number(value.toPrecision(4)));
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

  const time = (seconds: number) => {
    const minutes = Math.round(seconds / 60);
    if (minutes < 1) return `${Math.round(seconds)} s`;
    return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  };

  /** Sets the text of a number's box, which is created on first use. */
  const show = (name: string, text: string) => {
    const id = `number-${name}`;
    if (!document.getElementById(id)) {
      const box = document.createElement('div');
      const [term, value] = [document.createElement('dt'), document.createElement('dd')];
      term.textContent = name;
      value.id = id;
      box.append(term, value);
      element('numbers').append(box);
    }
    element(id).textContent = text;
  };

  /** Replaces the caption and shapes of a chart, which is created on first use. */
  const draw = (name: string, caption: string, shapes: SVGElement[]) => {
    const id = `chart-${name}`;
    if (!document.getElementById(id)) {
      const figure = document.createElement('figure');
      figure.append(document.createElement('figcaption'));
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      svg.setAttribute('viewBox', '0 0 100 100');
      svg.setAttribute('preserveAspectRatio', 'none');
      svg.setAttribute('role', 'img');
      figure.append(svg);
      figure.id = id;
      element('charts').append(figure);
    }
    const [words, svg] = element(id).children as unknown as [HTMLElement, SVGElement];
    words.textContent = `${name}: ${caption}`;
    svg.setAttribute('aria-label', words.textContent);
    svg.replaceChildren(...shapes);
  };

  const shape = (kind: string, attributes: Record<string, string | number>) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', kind) as SVGElement;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
    return made;
  };

  /** Adds a point to a curve. Drops every second point if there are too many to tell apart. */
  const plot = (name: string, x: number, y: number | undefined) => {
    if (y === undefined) return;
    const before = curves.get(name) ?? [];
    const points = [
      ...(before.length < MOST_POINTS ? before : before.filter((_, i) => i % 2 === 0)),
      [x, y],
    ] as typeof before;
    curves.set(name, points);
    const values = points.map(([, value]) => value);
    const [low, high, first, last] = [Math.min(...values), Math.max(...values), points[0]![0], x];
    const place = ([at, value]: [number, number]) =>
      `${(100 * (at - first)) / (last - first || 1)},${100 - (100 * (value - low)) / (high - low || 1)}`;
    // A single point is drawn as a dot: a line of length zero with round ends.
    const drawn = points.length === 1 ? [...points, ...points] : points;
    const line = shape('polyline', { points: drawn.map(place).join(' ') });
    draw(name, `${short(y)} (${short(low)} to ${short(high)})`, [line]);
  };

  const step = (event: StepEvent) => {
    (element('progress') as HTMLProgressElement).value = event.step / event.steps;
    element('state').textContent =
      `Epoch ${event.epoch} of ${event.epochs}, step ${event.step} of ${event.steps}.`;
    show('loss', short(event.loss));
    if (event.accuracy !== undefined) show('accuracy', percent(event.accuracy));
    show('images/s', event.imagesPerSecond.toFixed(1));
    show('left', time(event.secondsLeft));
    show('waiting for data', percent(event.waitShare));
    plot('loss', event.step, event.loss);
    plot('accuracy', event.step, event.accuracy);
    plot('learning rate', event.step, event.learningRate);
    plot('norm of the gradient', event.step, event.gradientNorm);
    plot('scale of the loss', event.step, event.lossScale);
    plot('images/s', event.step, event.imagesPerSecond);
  };

  const validation = (event: ValidationEvent) => {
    show(`validation ${event.name}`, percent(event.score) + (event.best ? ' (best)' : ''));
    plot(`validation ${event.name}`, event.step, event.score);
  };

  const hardness = (event: HardnessEvent) => {
    if (event.easyShare !== undefined) show('easy samples', percent(event.easyShare));
    plot('easy samples', event.step, event.easyShare);
    plot('mean gate', event.step, event.meanGate);
    const most = Math.max(...event.histogram, 1);
    const width = 100 / event.histogram.length;
    const bars = event.histogram.map((count, i) => {
      const height = (100 * count) / most;
      return shape('rect', { x: i * width, y: 100 - height, width: width * 0.9, height });
    });
    draw('probability of the own class', `0 to 1, epoch ${event.epoch}`, bars);
  };

  const source = new EventSource('/events');
  // A new connection gets all events again.
  source.onopen = () => {
    curves.clear();
  };
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data) as TrainEvent;
    if (event.kind === 'step') step(event);
    else if (event.kind === 'validation') validation(event);
    else if (event.kind === 'hardness') hardness(event);
    else if (event.kind === 'done') element('state').textContent = 'Trained.';
    else if (event.kind === 'stopped') element('state').textContent = `Stopped after step ${event.step}.`;
  };
  source.addEventListener('end', () => source.close());
  source.onerror = () => {
    element('state').textContent = 'The connection is lost; trying again.';
  };
}
