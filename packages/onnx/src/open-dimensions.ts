import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorShapeProto_DimensionSchema } from 'onnx-buf';

/**
 * A copy of a model whose inputs and outputs may have any size where it declares 0: some exporters write that for "any",
 * and ONNX Runtime takes it at its word.
 */
export function withOpenDimensions(bytes: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  for (const value of [...(model.graph?.input ?? []), ...(model.graph?.output ?? [])]) {
    const type = value.type?.value;
    if (type?.case !== 'tensorType' || type.value.shape === undefined) continue;
    type.value.shape.dim = type.value.shape.dim.map((dimension, axis) =>
      dimension.value.case === 'dimValue' && dimension.value.value === 0n
        ? create(TensorShapeProto_DimensionSchema, { value: { case: 'dimParam', value: `any_${axis}` } })
        : dimension,
    );
  }
  return toBinary(ModelProtoSchema, model);
}
