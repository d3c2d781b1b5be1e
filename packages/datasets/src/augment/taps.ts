/** Filter taps: for each of `size` output positions, `count` input positions and their weights, which sum to 1. */
export interface Taps {
  size: number;
  count: number;
  /** Input positions, `[size, count]`, clamped to the input so that its edge is repeated. */
  places: Int32Array;
  /** Weights, `[size, count]`. */
  weights: Float32Array;
}

/** Interpolation kernel. All but `area` look at the same few neighbours, however far the image is shrunk. */
export type Kernel = 'nearest' | 'linear' | 'area' | 'cubic' | 'lanczos';

export const kernels: readonly Kernel[] = ['nearest', 'linear', 'area', 'cubic', 'lanczos'];

/**
 * Returns taps that resample a line of `from` pixels to `to`. Pixels are areas, so output i lies at
 * `(i + ½)·from/to - ½`.
 */
export function resamplingTaps(from: number, to: number, kernel: Kernel): Taps {
  const centerOf = (place: number) => ((place + 0.5) * from) / to - 0.5;
  if (kernel === 'nearest') return makeTaps(from, to, 1, (place) => [Math.round(centerOf(place)), () => 1]);
  if (kernel === 'area' && to < from) return areaTaps(from, to);
  const { support, weigh } = curves[kernel === 'area' ? 'linear' : kernel];
  return makeTaps(from, to, 2 * support, (place) => {
    const center = centerOf(place);
    return [Math.floor(center) - support + 1, (at) => weigh(Math.abs(at - center))];
  });
}

/** Returns taps that blur a line with a Gaussian, out to three standard deviations. */
export function gaussianTaps(size: number, sigma: number): Taps {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  return makeTaps(size, size, 2 * radius + 1, (place) => [
    place - radius,
    (at) => Math.exp(-((at - place) ** 2) / (2 * sigma * sigma)),
  ]);
}

/** Each output pixel is the mean of the input it covers; partly covered pixels count in proportion. */
function areaTaps(from: number, to: number): Taps {
  const ratio = from / to;
  return makeTaps(from, to, Math.ceil(ratio) + 1, (place) => {
    const [start, end] = [place * ratio, (place + 1) * ratio];
    return [Math.floor(start), (at) => Math.max(0, Math.min(end, at + 1) - Math.max(start, at))];
  });
}

type Row = (place: number) => [first: number, weigh: (at: number) => number];

function makeTaps(from: number, size: number, count: number, row: Row): Taps {
  const places = new Int32Array(size * count);
  const weights = new Float32Array(size * count);
  for (let place = 0; place < size; place++) {
    const [first, weigh] = row(place);
    let sum = 0;
    for (let tap = 0; tap < count; tap++) sum += weigh(first + tap);
    for (let tap = 0; tap < count; tap++) {
      places[place * count + tap] = Math.min(Math.max(first + tap, 0), from - 1);
      weights[place * count + tap] = weigh(first + tap) / sum;
    }
  }
  return { size, count, places, weights };
}

/** Weights by distance in pixels. `cubic` with a = -0.75 and `lanczos` with four lobes, as in OpenCV. */
const curves = {
  linear: { support: 1, weigh: (x: number) => Math.max(0, 1 - x) },
  cubic: { support: 2, weigh: cubic },
  lanczos: { support: 4, weigh: (x: number) => (x < 4 ? sinc(x) * sinc(x / 4) : 0) },
};

function cubic(x: number): number {
  const a = -0.75;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
