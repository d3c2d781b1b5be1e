import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { identityModel } from '../identity-model.ts';
import { tryModel } from './trial.ts';

it('tells what went wrong, or nothing', async () => {
  expect(await tryModel(identityModel(), 'cpu', { runs: true })).toEqual({ problem: undefined, log: '' });
  const { problem } = await tryModel(identityModel().subarray(0, 40), 'cpu', {});
  expect(problem).toMatch(/protobuf/i);
});

const SCRIPT = `
import { createSession } from '@hm/onnx/session';
await createSession(Uint8Array.of(), { provider: 'webgpu' }).catch(({ code }) => console.log(code));
`;

it('a provider that does not start is one error, and what its driver says stays away', async () => {
  const env = { ...process.env, VK_ICD_FILENAMES: '/no/such/driver.json' };
  const options = { env, cwd: import.meta.dirname };
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', SCRIPT],
    options,
  );
  expect(stderr).toBe('');
  // Where WebGPU does not stand on Vulkan it starts, and there is no model.
  expect(stdout).toMatch(/^(unavailable|invalid-data)\n$/);
});
