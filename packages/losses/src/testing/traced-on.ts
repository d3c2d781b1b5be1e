import { describeProviders } from '@hm/onnx/session';
import { offerSoftwareGpu } from '../../../../tools/software-gpu.ts';

offerSoftwareGpu();

const known = await describeProviders();

/** Where traced losses are tested: whether it runs here, and what a title says if it does not. For tests. */
export const tracedOn = (['cpu', 'webgpu'] as const).map((provider) => {
  const { usable, reason } = known.find(({ provider: name }) => name === provider)!;
  return { provider, usable, note: usable ? '' : ` (not here: ${reason})` };
});
