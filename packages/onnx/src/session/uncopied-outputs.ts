import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, NodeProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';

/**
 * ONNX Runtime writes outputs into memory that is given for them; its binding for Node (1.30) then copies each of them
 * into new memory all the same, which with 85,742 classes is a fifth of a training step. It converts outputs in their
 * order, and gives up at the first that is no tensor: so a graph whose outputs are all given gets an empty sequence before
 * them, and its run ends with that error once everything is written.
 */
export function withEnd(model: Uint8Array): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, model);
  proto.graph!.node.unshift(create(NodeProtoSchema, { opType: 'SequenceEmpty', output: [END] }));
  proto.graph!.output.unshift(create(ValueInfoProtoSchema, { name: END }));
  return toBinary(ModelProtoSchema, proto);
}

/** The output that is no tensor. */
export const END = 'end of outputs';

/** Whether a run failed at {@link END} alone. */
export const isEnd = (cause: unknown): boolean =>
  cause instanceof Error && cause.message.includes('Non tensor type is temporarily not supported');
