import { createHash } from 'node:crypto';
import { readRegularFile } from '@hm/tensor/files';
import { command } from '../../command.ts';
import { print } from '../../print.ts';

/** `hm model show FILE`. */
export const show = () =>
  command('show')
    .description('Show what an ONNX file says of itself.')
    .argument('<file>', 'ONNX file')
    .option('--json', 'print one JSON object')
    .action(async (file, { json }) => {
      const { createSession } = await import('@hm/onnx/session');
      const session = await createSession(file, { provider: 'cpu' });
      const { inputs, outputs, metadata } = session;
      await session.release();
      const sha256 = createHash('sha256')
        .update(await readRegularFile(file))
        .digest('hex');
      if (json) return print(JSON.stringify({ file, sha256, inputs, outputs, metadata }));
      const shapes = (values: typeof inputs) =>
        values.map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
      print(`${file}\n  SHA-256 ${sha256}\n  from ${shapes(inputs)} to ${shapes(outputs)}`);
      for (const [key, value] of Object.entries(metadata)) print(`  ${key}: ${value.slice(0, 200)}`);
    });
