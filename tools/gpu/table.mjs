/** Formats a result of measure.mjs as Markdown, for the README. */
export function table({ machine, providers, conformance, benches }) {
  const { gpu, processor, cores, node, torch, date } = machine;
  const lines = [
    `${gpu ?? 'No NVIDIA card'}; ${processor}, ${cores} cores; Node ${node}; PyTorch ${torch ?? 'not there'}; ${date}.`,
  ];
  const notes = [
    ...providers.filter(({ usable }) => !usable).map(({ provider, reason }) => `- ${provider}: ${reason}.`),
    ...conformance.map(
      ({ provider, passed, failed, skipped }) =>
        `- Conformance on ${provider}: ${passed} passed, ${failed} failed, ${skipped} skipped.`,
    ),
  ];
  if (notes.length > 0) lines.push('', ...notes);
  for (const what of new Set(benches.map((bench) => bench.what)))
    lines.push(
      '',
      ...rowsOf(
        what,
        benches.filter((bench) => bench.what === what),
      ),
    );
  return `${lines.join('\n')}\n`;
}

const titles = { step: 'training step of ResNet-18, 1,000 classes', embed: 'embedding with ResNet-18' };

/** Makes a column for each program, with images/s and, in brackets, the ratio to the peer in single precision. */
function rowsOf(what, benches) {
  const names = [...new Set(benches.flatMap(({ rows }) => rows.map(({ name }) => name)))];
  const head = [`${titles[what]}, ${benches[0].size}×${benches[0].size}; images/s`, ...names];
  const body = benches.map(({ batch, rows }) => [
    `batch ${batch}`,
    ...names.map((name) =>
      cell(
        rows.find((row) => row.name === name),
        rows,
      ),
    ),
  ]);
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`);
}

function cell(row, rows) {
  if (row?.imagesPerSecond === undefined) return 'does not run';
  const peer = rows.find(({ name }) => name === 'PyTorch fp32')?.imagesPerSecond;
  const rate = row.imagesPerSecond.toLocaleString('en-US', { maximumSignificantDigits: 3 });
  return peer === undefined ? rate : `${rate} (${(row.imagesPerSecond / peer).toFixed(2)})`;
}
