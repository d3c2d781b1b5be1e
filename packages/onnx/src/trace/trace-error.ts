import { HmError, type HmErrorDetails } from '@hm/tensor/host';

/**
 * Thrown if a function cannot be written as an ONNX graph: it uses a kernel that is not covered, or reads a value while
 * it is traced.
 */
export class TraceError extends HmError {
  constructor(details: HmErrorDetails) {
    super('trace', details);
  }
}
