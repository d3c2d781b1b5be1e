import type { HeadConfig } from '@hm/losses';
import { command } from '../command.ts';
import { formatByName, prepareFile, writeResult } from '../output/output.ts';
import { print } from '../output/print.ts';

/** `hm report RUN…`: compares evaluations with each other and with the paper's Tables 1 and 2. */
export const report = () =>
  command('report')
    .description(
      "Compare evaluations: all metrics, differences of the recipes, curves (.html), and the rows of the paper's tables.",
    )
    .argument('<runs...>', 'JSON of hm eval --json or hm study, or folders of runs with such files in them')
    .option(
      '--trained-on <name>',
      'name of the training set of all runs (default: guessed from its number of people)',
    )
    .option('--out <file>', 'write Markdown (.md) or a page (.html) instead of printing Markdown')
    .option('--json', 'print JSON')
    .action(async (paths, { trainedOn, out, json }) => {
      const form = out === undefined ? 'markdown' : formatByName('--out', out, FORMS);
      if (out !== undefined) await prepareFile(out);
      const { compareWithPaper, comparisonHtml, comparisonMarkdown, readEvaluations } = await import(
        '@hm/eval'
      );
      const evaluations = paths.map((path) => readEvaluations(path, { describeRun }));
      const runs = (await Promise.all(evaluations)).flat();
      const named = trainedOn === undefined ? runs : runs.map((run) => ({ ...run, trainedOn }));
      const comparison = compareWithPaper(named);
      if (out !== undefined) {
        const text = form === 'page' ? await comparisonHtml(comparison) : comparisonMarkdown(comparison);
        await writeResult(out, text);
      }
      if (json) print(JSON.stringify(comparison, null, 2));
      else if (out === undefined) print(comparisonMarkdown(comparison).trimEnd());
    });

/** Returns the metadata of a run's network from its run.json. */
async function describeRun(run: unknown): Promise<Record<string, string>> {
  const { head, backbone, data } = (run ?? {}) as { head?: HeadConfig; backbone?: unknown; data?: unknown };
  const { headShorthand } = await import('@hm/losses');
  return {
    ...(head && { 'hm.loss': headShorthand(head) }),
    ...(backbone ? { 'hm.backbone': JSON.stringify(backbone) } : {}),
    ...(data ? { 'hm.training': JSON.stringify({ data }) } : {}),
  };
}

const FORMS = { '.md': 'markdown', '.html': 'page', '.htm': 'page' } as const;
