import { Option } from '@commander-js/extra-typings';

/** The names of the providers, for an option of a command. */
export const providerOption = () =>
  new Option('--provider <name>', 'execution provider of ONNX Runtime; hm doctor lists the usable ones')
    .choices(['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const)
    .default('cpu' as const);
