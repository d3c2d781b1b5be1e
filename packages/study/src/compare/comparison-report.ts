import { availableParallelism, cpus } from 'node:os';
import { toMarkdown } from '@hm/eval';
import type { Backbone } from '@hm/resnet';
import { checkArguments, printable } from '@hm/tensor/host';
import type { Recipe } from '@hm/train';
import type { ComparedLoss } from './compare-losses.ts';

/** Results of a comparison, and everything that they depend on. */
export interface ComparisonReport {
  data: string;
  backbone: { name: string; config: Readonly<Record<string, unknown>> };
  recipe: Recipe;
  seed: number;
  machine: { node: string; platform: string; processor: string; cores: number };
  /** Duration of this call; parts that were already done are not counted. */
  seconds: number;
  runs: ComparedLoss[];
}

/** Makes a report from runs and what they depend on. */
export const comparisonReport = (
  runs: ComparedLoss[],
  about: { data: string; backbone: Backbone; recipe: Recipe; seed: number; seconds: number },
): ComparisonReport => {
  checkArguments(
    'comparisonReport',
    { runs, about },
    { runs: 'array', about: { has: ['data', 'backbone'] } },
  );
  const { data, backbone, recipe, seed, seconds } = about;
  return {
    data,
    backbone: { name: backbone.name, config: backbone.config },
    ...{ recipe, seed, seconds, runs },
    machine: {
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
    },
  };
};

/** Formats a report as Markdown. */
export function comparisonMarkdown(report: ComparisonReport): string {
  checkArguments('comparisonMarkdown', { report }, { report: { has: ['data', 'backbone'] } });
  const { runs, recipe, backbone, machine } = report;
  return [
    `# Study: ${runs.map(({ loss }) => loss).join(', ')}`,
    printable(report.data, 2000),
    `${backbone.name} \`${JSON.stringify(backbone.config)}\`, recipe \`${JSON.stringify(recipe)}\`, seed ${report.seed}. Every loss starts from the same weights and sees the same batches.`,
    '## Verification of identities that were not trained on',
    toMarkdown(runs.map(({ result }) => result)).trimEnd(),
    '## Training',
    trainingTable(runs),
    `Made in ${report.seconds.toFixed(0)} s on ${machine.cores} cores (${machine.processor}), Node ${machine.node}, ${machine.platform}.`,
  ]
    .join('\n\n')
    .concat('\n');
}

function trainingTable(runs: readonly ComparedLoss[]): string {
  const rows = runs.flatMap(({ loss, epochs }) =>
    epochs.map(
      (epoch) =>
        `| ${loss} | ${epoch.epoch} | ${epoch.loss.toFixed(4)} | ${epoch.accuracy === undefined ? '–' : (100 * epoch.accuracy).toFixed(2)} | ${epoch.imagesPerSecond.toFixed(0)} | ${(100 * epoch.waitShare).toFixed(1)} |`,
    ),
  );
  const header = '| Loss | Epoch | Mean loss | Accuracy in training (%) | Images/s | Waiting for data (%) |';
  return [header, '| --- | --- | --- | --- | --- | --- |', ...rows].join('\n');
}
