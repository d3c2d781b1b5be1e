// Writes the figures of the documentation's first page: `node tools/figures/architecture.mjs`.
import { writeFileSync } from 'node:fs';

/** The packages from top to bottom. A package imports only packages in the rows below its own. */
const layers = [
  [['cli', 'the hm command']],
  [['study', 'experiments']],
  [
    ['train', 'the training loop'],
    ['recognize', 'two photographs, galleries'],
  ],
  [['eval', 'protocols, scores, statistics, search']],
  [
    ['align', 'faces and landmarks'],
    ['datasets', 'photographs in every form'],
    ['losses', 'heads, hard mining'],
    ['resnet', 'layers, backbones'],
  ],
  [
    ['images', 'decoding, files'],
    ['onnx', 'tracing, ONNX Runtime'],
  ],
  [['tensor', 'tfjs with gradients, parameter trees']],
];

/** The stages of a batch and the result of each. */
const stations = [
  ['datasets', 'sample(i)', 'a photograph as bytes'],
  ['images', 'decode, augment', '[B, 112, 112, 3], in worker threads'],
  ['resnet', 'apply(variables, x)', 'embeddings [B, 512]'],
  ['losses', 'losses(params, x, labels)', 'a loss per sample [B]'],
  ['onnx', 'trace, compile', 'forward, backward and update in one graph'],
  ['train', 'step(state, batch)', 'the next state, checkpoints'],
  ['eval', 'verify(embedder, pairs)', 'scores from the exported ONNX file'],
];

const [ROW, GAP, MARGIN, WIDTH] = [56, 14, 20, 860];

const text = (x, y, words, kind) => `<text x="${x}" y="${y}" class="${kind}">${words}</text>`;
const box = (x, y, width, lines) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${ROW}" rx="8" class="box"/>${lines.join('')}`;

function picture(title, height, content) {
  const style =
    'text{font-family:system-ui,sans-serif;font-size:13px;text-anchor:middle;fill:#444}' +
    '.name{font-weight:600;font-size:15px;fill:#111}.box{fill:#f3f6fb;stroke:#5b7ab5}.page{fill:#fff}' +
    '.arrow{stroke:#5b7ab5;fill:none;marker-end:url(#head)}' +
    '@media (prefers-color-scheme:dark){text{fill:#c3cad6}.name{fill:#fff}.box{fill:#1d2736;stroke:#7f9bd1}.page{fill:#12161d}.arrow{stroke:#7f9bd1}}';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${title}</title><style>${style}</style>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#5b7ab5"/></marker></defs>',
    `<rect class="page" width="${WIDTH}" height="${height}" rx="8"/>`,
    ...content,
    '</svg>\n',
  ].join('\n');
}

function packages() {
  const boxes = layers.flatMap((layer, row) => {
    const width = (WIDTH - 2 * MARGIN - (layer.length - 1) * GAP) / layer.length;
    const y = MARGIN + row * (ROW + GAP);
    return layer.map(([name, words], column) => {
      const x = MARGIN + column * (width + GAP);
      const middle = x + width / 2;
      return box(x, y, width, [text(middle, y + 24, `@hm/${name}`, 'name'), text(middle, y + 43, words, '')]);
    });
  });
  const height = 2 * MARGIN + layers.length * (ROW + GAP) - GAP;
  return picture('The packages: each imports those of the rows below it.', height, boxes);
}

function batch() {
  const width = 420;
  const content = stations.flatMap(([name, call, result], row) => {
    const y = MARGIN + row * (ROW + 2 * GAP);
    const middle = MARGIN + width / 2;
    const arrow = row === 0 ? '' : `<path class="arrow" d="M${middle} ${y - 2 * GAP}V${y - 2}"/>`;
    const station = [text(middle, y + 24, call, 'name'), text(middle, y + 43, `@hm/${name}`, '')];
    const between = `<text x="${MARGIN + width + 24}" y="${y + 34}" style="text-anchor:start">${result}</text>`;
    return [arrow, box(MARGIN, y, width, station), between];
  });
  const height = 2 * MARGIN + stations.length * (ROW + 2 * GAP) - 2 * GAP;
  return picture('The way of a batch, from photographs to a score.', height, content);
}

const folder = new URL('../docs/guide/figures/', import.meta.url);
writeFileSync(new URL('packages.svg', folder), packages());
writeFileSync(new URL('batch.svg', folder), batch());
