import { Option } from '@commander-js/extra-typings';

/** The names of the providers, for an option of a command. */
export const providerOption = () =>
  new Option('--provider <name>', 'where ONNX Runtime runs; hm doctor says which can be used')
    .choices(['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const)
    .default('cpu' as const);
