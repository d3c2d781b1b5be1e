export type { Dataset, ImageSource, Sample } from './dataset.ts';
export type { ProtocolImage, VerificationPair, VerificationProtocol } from './protocol.ts';
