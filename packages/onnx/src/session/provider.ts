/** ONNX Runtime's execution providers, by the name that users type. */
export const providers = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const;

/** Execution provider on which a session runs. */
export type Provider = (typeof providers)[number];

/** A provider in the form that `InferenceSession.create` takes. */
export type ExecutionProvider = Provider | { name: Provider; deviceId: number };
