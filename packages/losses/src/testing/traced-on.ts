import { describeProviders } from '@hm/onnx/session';
import { offerSoftwareGpu } from '../../../../tools/software-gpu.ts';

offerSoftwareGpu();

const known = await describeProviders();

/** Providers on which traced losses are tested: whether each is usable here, and a note for test titles if not. */
export const tracedOn = (['cpu', 'webgpu'] as const).map((provider) => {
  const { usable, reason } = known.find(({ provider: name }) => name === provider)!;
  return { provider, usable, note: usable ? '' : ` (not here: ${reason})` };
});
