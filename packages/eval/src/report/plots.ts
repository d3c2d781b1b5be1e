import type { GroupComparison } from '../groups/group-rates.ts';
import { rocCurve } from '../metrics/curve.ts';
import type { PairScore, VerificationResult } from '../verification/verification-result.ts';
import { binnedScores, type ScoreBin } from './binned-scores.ts';
import { Html } from './html.ts';

/** Plots of a report as SVG, for results that have the scores of their pairs. */
export interface Plots {
  roc(results: readonly VerificationResult[]): Html;
  det(results: readonly VerificationResult[]): Html;
  histogram(result: VerificationResult): Html;
  folds(results: readonly VerificationResult[]): Html;
  groups(result: VerificationResult): Html;
  discard(result: VerificationResult): Html;
}

const WIDTH = 420;
const rates = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];
const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;

/**
 * The colours come from the page, so that they follow its light or dark scheme. Dashes distinguish the lines without
 * colour.
 */
const stroke = (index: number) => `var(--series-${index % 6})`;
const dashes = ['', '6 3', '2 3', '8 3 2 3', '1 2', '10 4'];

/** Loads the plotting library, which only HTML reports need. */
export async function loadPlots(): Promise<Plots> {
  const [Plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  const draw = (label: string, options: Parameters<typeof Plot.plot>[0]) => {
    const { document } = parseHTML('<html></html>');
    const base = {
      width: WIDTH,
      height: 320,
      marginLeft: 56,
      marginBottom: 44,
      marginRight: 16,
      marginTop: 28,
    };
    const svg = Plot.plot({ ...base, style: { fontSize: '13px' }, ...options, document });
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', label);
    return new Html(svg.outerHTML);
  };

  const curves = (results: readonly VerificationResult[], y: (frr: number) => number, marker: boolean) =>
    results.flatMap(({ scores = [] }, index) => {
      const points = curvePoints(scores);
      return [
        Plot.line(points, {
          x: 'far',
          y: ({ frr }: { frr: number }) => y(frr),
          stroke: stroke(index),
          strokeWidth: 2,
          ...(dashes[index % 6] && { strokeDasharray: dashes[index % 6]! }),
        }),
        ...(marker
          ? [Plot.dot(operatingPoints(results[index]!), { x: 'far', y: 'tar', fill: stroke(index), r: 3 })]
          : []),
      ];
    });

  const farAxis = (results: readonly VerificationResult[]) => {
    const finest = Math.min(...results.map(({ tarAtFar }) => 1 / (tarAtFar[0]?.impostors ?? 1000)));
    return {
      type: 'log' as const,
      domain: [finest, 1],
      label: 'False accept rate →',
      labelAnchor: 'center' as const,
      grid: true,
      ticks: rates.filter((rate) => rate >= finest),
      tickFormat: percent,
    };
  };

  const kinds = {
    domain: ['False match rate', 'False non-match rate'],
    range: ['var(--impostor)', 'var(--genuine)'],
  };

  return {
    groups({ groups }) {
      const rates = groupPoints(groups!);
      const least = Math.min(...rates.map(({ low }) => low));
      return draw('False match and false non-match rates of each group, with intervals', {
        ...{ width: 520, height: 110 + 44 * groups!.groups.length, marginLeft: 120, color: kinds },
        x: {
          type: 'log',
          domain: [least, 1],
          label: 'Rate →',
          labelAnchor: 'center',
          grid: true,
          ticks: 5,
          tickFormat: percent,
        },
        y: { type: 'band', label: null, padding: 0.2 },
        marks: [
          Plot.frame({ strokeOpacity: 0.25 }),
          ...kinds.domain.flatMap((kind, index) => {
            const ofKind = rates.filter((rate) => rate.kind === kind);
            const place = { y: 'group', dy: index === 0 ? -5 : 5 };
            return [
              Plot.ruleY(ofKind, { ...place, x1: 'low', x2: 'high', stroke: 'kind', strokeWidth: 2 }),
              Plot.dot(ofKind, { ...place, x: 'rate', fill: 'kind', r: 4 }),
            ];
          }),
        ],
      });
    },
    discard({ errorVersusDiscard }) {
      const { points } = errorVersusDiscard!;
      const line = (y: 'falseNonMatchRate' | 'falseMatchRate', stroke: string) =>
        Plot.line(points, { x: 'discarded', y, stroke, strokeWidth: 2 });
      return draw('False non-match and false match rates over the share of pairs that is discarded', {
        x: { label: 'Pairs discarded →', labelAnchor: 'center', tickFormat: percent, ticks: 5 },
        y: { label: '↑ Rate', grid: true, zero: true, tickFormat: percent, ticks: 5 },
        marks: [
          Plot.frame({ strokeOpacity: 0.25 }),
          line('falseNonMatchRate', 'var(--genuine)'),
          line('falseMatchRate', 'var(--impostor)'),
        ],
      });
    },
    roc(results) {
      const least = Math.min(
        ...results.flatMap(({ scores = [] }) => curvePoints(scores).map(({ frr }) => 1 - frr)),
      );
      const floor = Math.max(0, Math.floor(least * 10 - 0.2) / 10);
      return draw('Receiver operating characteristic: true accept rate over false accept rate', {
        x: farAxis(results),
        y: { domain: [floor, 1], label: '↑ True accept rate', grid: true, ticks: 6, tickFormat: percent },
        marks: [Plot.frame({ strokeOpacity: 0.25 }), ...curves(results, (frr) => 1 - frr, true)],
      });
    },
    det(results) {
      const shown = results.map(({ scores = [], ...result }) => ({ ...result, scores }));
      const finest = Math.min(...shown.map(({ scores }) => 1 / scores.filter(({ same }) => same).length));
      const positive = (frr: number) => Math.max(frr, finest / 2);
      return draw('Detection error trade-off: false reject rate over false accept rate', {
        x: farAxis(results),
        y: {
          type: 'log',
          domain: [finest / 2, 1],
          label: '↑ False reject rate',
          grid: true,
          ticks: rates.filter((rate) => rate >= finest),
          tickFormat: percent,
        },
        marks: [
          Plot.frame({ strokeOpacity: 0.25 }),
          Plot.line(
            [finest / 2, 1].map((rate) => ({ x: rate, y: rate })),
            {
              x: 'x',
              y: 'y',
              stroke: 'currentColor',
              strokeOpacity: 0.35,
              strokeDasharray: '2 4',
              clip: true,
            },
          ),
          ...curves(results, positive, false),
        ],
      });
    },
    histogram({ scores = [], threshold }) {
      const bins = binnedScores(scores, 50);
      const kind = (counted: 'genuine' | 'impostors', fill: string) => {
        const all = bins.reduce((sum, bin) => sum + bin[counted], 0);
        return Plot.rectY(
          bins.filter((bin) => bin[counted] > 0),
          {
            ...{ x1: 'from', x2: 'to', y: (bin: ScoreBin) => bin[counted] / all },
            ...{ fill, fillOpacity: 0.65, insetLeft: 0.5, insetRight: 0.5 },
          },
        );
      };
      return draw('Histogram of the distances of genuine and impostor pairs, with the threshold', {
        width: 520,
        x: { label: 'Distance →', labelAnchor: 'center', domain: [bins[0]!.from, bins.at(-1)!.to] },
        y: { label: '↑ Share of the pairs of its kind', grid: true, tickFormat: percent, ticks: 5 },
        marks: [
          kind('genuine', 'var(--genuine)'),
          kind('impostors', 'var(--impostor)'),
          Plot.ruleY([0], { strokeOpacity: 0.4 }),
          Plot.ruleX([threshold], { stroke: 'currentColor', strokeDasharray: '4 3', strokeWidth: 1.5 }),
          Plot.text([threshold], {
            x: (value: number) => value,
            frameAnchor: 'top',
            dx: 6,
            dy: -2,
            textAnchor: 'start',
            text: () => 'threshold',
          }),
        ],
      });
    },
    folds(results) {
      const dots = results.flatMap(({ folds }, series) =>
        folds.map(({ fold, accuracy }) => ({ series, accuracy, fold: fold + 1 })),
      );
      return draw('Accuracy of each fold, with the mean', {
        x: {
          type: 'point',
          label: 'Fold',
          labelAnchor: 'center',
          padding: 0.5,
          tickFormat: (fold: number) => `${fold}`,
        },
        y: { label: '↑ Accuracy', grid: true, nice: true, ticks: 6, tickFormat: percent },
        marks: [
          Plot.frame({ strokeOpacity: 0.25 }),
          ...results.map(({ accuracy }, index) =>
            Plot.ruleY([accuracy], { stroke: stroke(index), strokeDasharray: dashes[index % 6] || '4 3' }),
          ),
          Plot.dot(dots, {
            x: 'fold',
            y: 'accuracy',
            fill: ({ series }: { series: number }) => stroke(series),
            r: 4,
          }),
        ],
      });
    },
  };
}

/** Points of the group plot. A rate of zero is drawn as half an error, because the axis is logarithmic. */
const groupPoints = ({ groups }: GroupComparison) =>
  groups.flatMap(({ group, falseMatchRate, falseNonMatchRate }) =>
    [
      { kind: 'False match rate', of: falseMatchRate },
      { kind: 'False non-match rate', of: falseNonMatchRate },
    ].flatMap(({ kind, of }) => {
      if (of === null) return [];
      const shown = (rate: number) => Math.max(rate, 0.5 / of.pairs);
      return [{ group, kind, rate: shown(of.rate), low: shown(of.low), high: shown(of.high) }];
    }),
  );

const operatingPoints = ({ tarAtFar }: VerificationResult) => tarAtFar.filter(({ tar }) => tar !== null);

/** One operating point of a curve. */
interface CurvePoint {
  far: number;
  /** `1 - TAR`. */
  frr: number;
}

/** Most points across a plot: more would not fit its width in pixels. */
const BUCKETS = 360;

/**
 * Returns the operating points that a plot with a logarithmic FAR can show: the lowest and the highest of those that
 * fall on one pixel.
 */
export function curvePoints(scores: readonly PairScore[]): CurvePoint[] {
  const { far, tar, impostors } = rocCurve({
    distances: scores.map(({ distance }) => distance),
    same: scores.map(({ same }) => same),
  });
  const buckets = new Map<number, CurvePoint[]>();
  far.forEach((rate, k) => {
    if (rate === 0) return;
    const point = { far: rate, frr: 1 - tar[k]! };
    const bucket = Math.round((Math.log(rate) / Math.log(1 / impostors)) * BUCKETS);
    const [first] = buckets.get(bucket) ?? [];
    buckets.set(bucket, first === undefined ? [point] : [first, point]);
  });
  return [...buckets.values()].flat();
}
