/** ONNX Runtime's execution providers, by the name that users type. */
export const providers = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const;

/** Where a session runs. */
export type Provider = (typeof providers)[number];

/** A provider as `InferenceSession.create` takes it. */
export type ExecutionProvider = Provider | { name: Provider; deviceId: number };
