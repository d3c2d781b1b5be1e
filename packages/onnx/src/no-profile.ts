import { UnavailableError } from '@hm/tensor/host';

/** Creates the error for a profile in WebAssembly, which cannot write one. */
export const noProfile = () =>
  new UnavailableError({
    where: 'createSession',
    expected: 'no `profile` where ONNX Runtime is WebAssembly',
    received: 'profile',
    fix: 'Leave it out; in a browser use its own profiler.',
  });
