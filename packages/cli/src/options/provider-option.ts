import { Option } from '@commander-js/extra-typings';

/** Creates the option `--provider`. */
export const providerOption = () =>
  new Option('--provider <name>', 'execution provider of ONNX Runtime; hm doctor lists the usable ones')
    .choices(['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const)
    .default('cpu' as const);
