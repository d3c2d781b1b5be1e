import { UnavailableError } from '@hm/tensor/host';

/** WebAssembly writes no profile. */
export const noProfile = () =>
  new UnavailableError({
    where: 'createSession',
    expected: 'no `profile` where ONNX Runtime is WebAssembly',
    received: 'profile',
    fix: 'Leave it out; in a browser use its own profiler.',
  });
