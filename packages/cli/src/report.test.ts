import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, typed } from './testing.ts';

const folder = temporaryFolder();
const path = (...parts: string[]) => join(folder.path, ...parts);

/** An evaluation of ten folds of four pairs, of which some are judged wrongly. */
function evaluation(head: string, classes: number, wrong: readonly number[], changes: object = {}) {
  const scores = Array.from({ length: 40 }, (_, k) => {
    const same = k % 2 === 0;
    return {
      first: `a${k}`,
      second: `b${k}`,
      same,
      fold: Math.floor(k / 4),
      distance: 1,
      accepted: same !== wrong.includes(k),
    };
  });
  const accuracy = 1 - wrong.length / 40;
  return {
    ...{
      protocol: 'LFW View 2',
      model: `${head}.onnx`,
      pairs: 40,
      accuracy,
      standardError: 0.0021,
      auc: 0.99,
      eer: 0.02,
    },
    ...{
      tarAtFar: [],
      threshold: 1.2,
      flip: 'off',
      distance: 'squared-euclidean',
      folds: [],
      official: true,
      notes: [],
      scores,
    },
    metadata: {
      'hm.loss': head,
      'hm.backbone': '{"name":"resnet18","config":{}}',
      'hm.training': JSON.stringify({ data: { classes } }),
    },
    ...changes,
  };
}

const write = (file: string, content: unknown) => writeFileSync(path(file), JSON.stringify(content));

beforeAll(() => {
  mkdirSync(path('run'));
  write('ce.json', evaluation('ce', 10572, [0, 1, 2, 3, 4, 5, 6]));
  write('hm-ce.json', evaluation('hm-ce', 10572, [0]));
  const { metadata: _, ...bare } = evaluation('x', 0, [1], {
    protocol: 'YTF',
    model: 'of <b>mine</b> | two\nlines.onnx',
  });
  write('run/ytf.json', bare);
  write('run/run.json', {
    head: { name: 'arcface' },
    backbone: { name: 'resnet34' },
    data: { classes: 85742 },
  });
  write('study.json', { runs: [{ loss: 'hm-a-softmax', result: evaluation('x', 200, [3]) }] });
});
afterAll(folder.dispose);

describe('hm report', () => {
  it('begins with the runs: all measures, then what differs in their recipes', async () => {
    const { stdout } = await typed(['report', path('ce.json'), path('hm-ce.json')]);
    expect(stdout.startsWith('## Runs\n\n| Model | Protocol | Pairs | Accuracy (%) |')).toBe(true);
    const [, differences = ''] = stdout.split('## In what they differ');
    expect(differences).toMatch(/\| loss \| ce \| hm-ce \|/);
    expect(differences).not.toContain('backbone.name');
  });

  it('leaves out the paper where it has no row for a run', async () => {
    const { stdout } = await typed(['report', path('study.json')]);
    expect(stdout).toContain('## Runs');
    expect(stdout).not.toContain('Table 1');
    expect(stdout).not.toContain('Table 2');
  });

  it('puts runs beside the paper and names the cells without one', async () => {
    const { status, stdout } = await typed([
      'report',
      path('ce.json'),
      path('hm-ce.json'),
      path('run'),
      path('study.json'),
    ]);
    expect(status).toBe(0);
    expect(stdout).toContain(
      '## Table 1: trained on CASIA-WebFace\n\n| Loss | LFW, paper | LFW, ours | YTF, paper | YTF, ours |',
    );
    expect(stdout).toContain('| Cross-Entropy | 95.35 | 82.50 ± 0.21 | 91.80 | – |');
    expect(stdout).toContain('| Hard-Mining Cross-Entropy | 96.75 | 97.50 ± 0.21 | 93.10 | – |');
    expect(stdout).toContain("No run of ours for 10 of the paper's cells: Cross-Entropy on YTF; ");
    expect(stdout).toContain('| ArcFace | 97.60 | – | 95.10 | 97.50 ± 0.21 |');
    expect(stdout).toContain("No run of ours for 11 of the paper's cells: ");
    expect(stdout).toContain(
      '## Trained on 200 people\n\n| Loss | LFW |\n| --- | ---: |\n| Hard-Mining Angular-Softmax | 97.50 ± 0.21 |',
    );
    expect(stdout).toContain(
      '- of \\<b\\>mine\\</b\\> \\| two\\\\nlines.onnx on YTF: resnet34, where the paper has ResNet-18.',
    );
  });

  it('shows a loss of any name as text', async () => {
    write('proto.json', { runs: [{ loss: '__proto__', result: evaluation('constructor', 9, []) }] });
    const { status, stdout } = await typed(['report', path('proto.json')]);
    expect([status, stdout]).toEqual([0, expect.stringContaining('\\_\\_proto')]);
  });

  it('compares a loss with its hard-mining form pair by pair', async () => {
    const { stdout } = await typed(['report', path('ce.json'), path('hm-ce.json')]);
    // Seven wrong against one of these: six differ, all one way; p = 2 · (1/2)⁶.
    expect(stdout).toContain(
      '| Cross-Entropy; Hard-Mining Cross-Entropy | CASIA-WebFace | LFW View 2 | 15.00 |',
    );
    expect(stdout).toContain('| 0; 6 | 0.031');
  });

  it('takes the training set by name, writes a page, and prints JSON', async () => {
    const page = path('report.html');
    const { status, stdout } = await typed([
      'report',
      path('run'),
      '--trained-on',
      'CASIA-WebFace',
      '--out',
      page,
      '--json',
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).tables[0].rows[4].cells[1]).toMatchObject({
      paper: 94.54,
      ours: [{ accuracy: 0.975 }],
    });
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('<h2>Runs</h2>');
    expect(html).toContain('<bdi>ArcFace</bdi>');
    expect(html).toContain('of &lt;b&gt;mine&lt;/b&gt; | two␊lines.onnx');
    expect(html).not.toContain('<b>');
  });

  it.each([
    ['a file that is not there', 'no.json', /expected an evaluation at no\.json, got nothing there.*hm eval/],
    ['a folder without one', 'empty', /a folder without one/],
    ['another JSON', 'run/run.json', /another file/],
    ['a list of nothing', 'null.json', /another file/],
    ['an evaluation that lacks what is reported', 'partial.json', /another file/],
    ['a measure that is no number', 'words.json', /another file/],
    ['no JSON', 'text.json', /Unexpected token/],
  ])('%s is an error', async (_, file, message) => {
    mkdirSync(path('empty'), { recursive: true });
    writeFileSync(path('text.json'), 'text');
    const { tarAtFar: _rates, ...partial } = evaluation('ce', 9, []);
    write('null.json', { runs: [null] });
    write('partial.json', { runs: [{ loss: '__proto__', result: partial }] });
    write('words.json', evaluation('ce', 9, [], { auc: 'high' }));
    const { status, stderr } = await typed(['report', path(file)]);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });
});
