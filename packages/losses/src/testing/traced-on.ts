import { existsSync } from 'node:fs';
import { describeProviders } from '@hm/onnx/session';

// A GPU in software, which Debian's package chromium brings; a real one is used where there is one.
const softwareGpu = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(softwareGpu)) process.env.VK_ICD_FILENAMES ??= softwareGpu;

const known = await describeProviders();

/** Where traced losses are tested: whether it runs here, and what a title says if it does not. For tests. */
export const tracedOn = (['cpu', 'webgpu'] as const).map((provider) => {
  const { usable, reason } = known.find(({ provider: name }) => name === provider)!;
  return { provider, usable, note: usable ? '' : ` (not here: ${reason})` };
});
