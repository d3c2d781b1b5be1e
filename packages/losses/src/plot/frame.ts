import { element, escaped, short } from './svg.ts';

/** A drawing area with a grid, which converts data coordinates to SVG units. */
export interface Frame {
  x(value: number): number;
  y(value: number): number;
  readonly right: number;
  readonly top: number;
  /** The grid, its numbers and the axis names, as SVG. */
  readonly axes: string;
}

interface FrameOptions {
  width: number;
  height: number;
  yMax: number;
  xName: string;
  yName: string;
}

/** Space around the drawing area. */
export const margins = { left: 64, right: 28, top: 72, bottom: 60 };

/** Makes a frame for x from 0 to 1 and y from 0 to `yMax`. */
export function frame({ width, height, yMax, xName, yName }: FrameOptions): Frame {
  const { left, top } = margins;
  const [right, bottom] = [width - margins.right, height - margins.bottom];
  const x = (value: number) => left + (right - left) * value;
  const y = (value: number) => bottom - ((bottom - top) * value) / yMax;
  const gridX = [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) =>
    label(value.toFixed(1), { x: x(value), y: bottom + 22, 'text-anchor': 'middle' }),
  );
  const gridY = ticks(yMax).flatMap((value) => [
    element('path', {
      class: value === 0 ? 'hm-axis' : 'hm-grid',
      d: `M${left} ${short(y(value))}H${right}`,
    }),
    label(String(value), { x: left - 10, y: y(value) + 4, 'text-anchor': 'end' }),
  ]);
  const names = [
    label(xName, { x: (left + right) / 2, y: height - 16, 'text-anchor': 'middle' }),
    label(yName, { x: 24, y: top - 12 }),
  ];
  return { x, y, right, top, axes: [...gridY, ...gridX, ...names].join('\n') };
}

/** Returns at most eight round numbers from 0 to `max`. */
export function ticks(max: number): number[] {
  const step = roundStep(max);
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, i) =>
    Number((i * step).toPrecision(6)),
  );
}

/** Returns the next multiple of the grid's step at or above `value`. */
export const roundUp = (value: number): number => {
  const step = roundStep(value);
  return Number((Math.ceil(value / step - 1e-9) * step).toPrecision(6));
};

function roundStep(max: number): number {
  const rough = max / 7;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) as number);
}

/** Returns a text element in the muted colour. */
export const label = (text: string, attributes: Record<string, string | number>): string =>
  element('text', { class: 'hm-muted', ...attributes }, escaped(text));
