import { InvalidArgumentError } from '@hm/tensor';
import { type OptionsOf, optionSpecs, resolveOptions } from '../core/options.ts';
import type { HardMiningOptions } from '../decorators/hard-mining-loss.ts';
import { type Curve, hardMiningCurves, plainCurve, pointsOf, type Quantity } from './curve.ts';
import { type Frame, frame, label, margins, roundUp } from './frame.ts';
import { COLORS, style } from './style.ts';
import { element, escaped, line } from './svg.ts';

const plotOptions = optionSpecs({
  show: {
    default: 'loss',
    choices: ['loss', 'slope'],
    doc: "the loss itself, the paper's Figure 1, or d(HM)/dL, how hard a sample pulls",
  },
  width: { default: 720, from: 240, doc: 'pixels, unless the figure is scaled' },
  height: { default: 440, from: 240, doc: 'pixels, unless the figure is scaled' },
});

/** Options of {@link plotHardMining}. */
export type PlotOptions = OptionsOf<typeof plotOptions>;

/**
 * Draws the paper's Figure 1 for any options: cross-entropy and the hard-mining loss on it against the probability of
 * the correct class, as SVG. Several choices of options give a curve each, named by the options that differ. The figure
 * adapts to light and dark mode, and its title and description say in words what it shows.
 *
 * @returns the text of an SVG file.
 * @throws {InvalidArgumentError} as {@link hardMiningLoss} does, and for no choice or more than 5.
 * @see Y. Srivastava et al., Hard-Mining loss, arXiv 1908.09747, Figure 1
 * @example
 * const svg = plotHardMining([{}, { form: 'algorithm' }, { gate: 'stopped' }], { show: 'slope' });
 */
export function plotHardMining(
  choices: HardMiningOptions | readonly HardMiningOptions[] = {},
  options: PlotOptions = {},
): string {
  const { show, width, height } = resolveOptions('plotHardMining', plotOptions, options);
  const curves = hardMiningCurves(checkCount([choices].flat()), show);
  const content = [
    ...words(curves, show),
    element('style', {}, style(curves.length)),
    element('rect', { class: 'hm-page', x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8 }),
    element('text', { class: 'hm-ink hm-title', x: 24, y: 36 }, escaped(titleOf(curves, show))),
    ...drawing(curves, show, { width, height }),
  ];
  const size = { viewBox: `0 0 ${width} ${height}`, width, height };
  const root = { xmlns: 'http://www.w3.org/2000/svg', ...size, role: 'img', class: 'hm-figure' };
  return `${element('svg', root, '\n', content.join('\n'), '\n')}\n`;
}

/** Returns axes, curves and labels. Later elements are drawn on top. */
function drawing(
  curves: readonly Curve[],
  show: Quantity,
  size: { width: number; height: number },
): string[] {
  const [plain, single] = [plainCurve(show), curves.length === 1 ? curves[0] : undefined];
  const top = Math.max(plain.top, ...curves.map(({ top }) => top));
  const yMax = roundUp(show === 'loss' ? top : top / roomBelowLegend(curves.length + 1, size.height));
  const area = frame({ ...size, yMax, xName: 'probability of the correct class', yName: axisNames[show] });
  return [
    area.axes,
    ...(single && show === 'loss' ? [between(area, yMax, single, plain)] : []),
    ...[plain, ...curves.toReversed()].map((curve) => drawn(area, yMax, curve)),
    ...curves.flatMap((curve) => dot(area, curve)),
    ...(single ? note(area, single) : []),
    legend(area, [plain, ...curves]),
  ];
}

const titles = { loss: 'Hard-mining loss and cross-entropy', slope: 'How hard a sample pulls' };
const axisNames = { loss: 'loss', slope: 'slope relative to cross-entropy' };

function checkCount(choices: readonly HardMiningOptions[]): readonly HardMiningOptions[] {
  if (choices.length > 0 && choices.length <= COLORS) return choices;
  throw new InvalidArgumentError({
    where: 'plotHardMining',
    expected: `1 to ${COLORS} choices of options`,
    received: choices.length,
    fix: 'Pass one object of options, or a list of as many as a figure can tell apart.',
  });
}

const titleOf = ({ length }: readonly Curve[], show: Quantity): string =>
  length === 1 ? titles[show] : `${titles[show]}, ${length} choices of options`;

/** Returns the text alternative of the figure. */
function words(curves: readonly Curve[], show: Quantity): string[] {
  const what =
    show === 'loss'
      ? 'Loss against the probability p of the correct class: below the crossing hard mining raises the loss, above it lowers it.'
      : 'Derivative of the hard-mining loss with respect to the loss that it is computed on, against the probability p of the correct class; that of cross-entropy is 1.';
  const marks = curves.map(({ name, mark }) => `${name}: ${mark?.text ?? 'no such point'}.`);
  return [
    element('title', {}, escaped(titleOf(curves, show))),
    element('desc', {}, escaped([what, ...marks].join(' '))),
  ];
}

const path = ({ x, y }: Frame, points: readonly (readonly [number, number])[]) =>
  line(points.map(([p, value]) => [x(p), y(value)]));

const drawn = (area: Frame, yMax: number, curve: Curve) =>
  element('path', { class: `hm-curve hm-${curve.color}`, d: path(area, pointsOf(curve, yMax)) });

/** Returns the tinted area between the curves, the change that hard mining makes. */
function between(area: Frame, yMax: number, curve: Curve, plain: Curve): string {
  const outline = [...pointsOf(curve, yMax), ...pointsOf(plain, yMax).reverse()];
  return element('path', { class: `hm-area hm-${curve.color}-fill`, d: `${path(area, outline)}Z` });
}

function dot({ x, y, top }: Frame, { mark, at, color }: Curve): string[] {
  if (!mark || y(at(mark.loss)) < top) return [];
  const place = { cx: x(Math.exp(-mark.loss)), cy: y(at(mark.loss)), r: 5 };
  return [element('circle', { class: `hm-dot hm-${color}-fill`, ...place })];
}

function note({ x, y, top }: Frame, { mark, at }: Curve): string[] {
  if (!mark || y(at(mark.loss)) < top) return [];
  const place = { x: x(Math.exp(-mark.loss)) + 14, y: y(at(mark.loss)) - 8 };
  return [element('text', { class: 'hm-ink', ...place }, escaped(mark.text))];
}

const [CHARACTER_WIDTH, LEGEND_LINE] = [7, 22];

/** Returns the share of the drawing area's height that the legend leaves free. Slopes would overlap it otherwise. */
function roomBelowLegend(lines: number, height: number): number {
  return Math.max(0.2, 1 - ((lines + 0.5) * LEGEND_LINE) / (height - margins.top - margins.bottom));
}

function legend({ right, top }: Frame, curves: readonly Curve[]): string {
  const names = curves.map(({ name, mark }) => (mark && curves.length > 2 ? `${name}: ${mark.text}` : name));
  const left = right - Math.max(...names.map(({ length }) => length)) * CHARACTER_WIDTH;
  return curves
    .flatMap(({ color }, i) => [
      element('path', {
        class: `hm-curve hm-${color}`,
        d: `M${left - 34} ${top + 10 + LEGEND_LINE * i}h24`,
      }),
      label(names[i] as string, { x: left, y: top + 14 + LEGEND_LINE * i }),
    ])
    .join('\n');
}
