import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { checkArguments } from '@hm/tensor/host';
import { ModelProtoSchema, TensorShapeProto_DimensionSchema } from 'onnx-buf';

/**
 * Returns a copy of a model whose inputs and outputs may have any size along the given axes, and wherever the model
 * declares 0: some exporters write that for "any", and ONNX Runtime takes it literally. The operators must support any
 * size there.
 *
 * @param axes of inputs and outputs, by their names.
 * @example
 * const blur = ({ image }: Record<string, tf.Tensor>) => ({ blurred: tf.avgPool(image as tf.Tensor4D, 3, 1, 'same') });
 * const model = trace(blur, { image: { shape: [1, 64, 64, 3] } });
 * const open = withOpenDimensions(model, { image: [1, 2], blurred: [1, 2] });
 */
export function withOpenDimensions(
  bytes: Uint8Array,
  axes: Readonly<Record<string, readonly number[]>> = {},
): Uint8Array {
  checkArguments('withOpenDimensions', { bytes }, { bytes: 'bytes' });
  const model = fromBinary(ModelProtoSchema, bytes);
  for (const value of [...(model.graph?.input ?? []), ...(model.graph?.output ?? [])]) {
    const type = value.type?.value;
    if (type?.case !== 'tensorType' || type.value.shape === undefined) continue;
    type.value.shape.dim = type.value.shape.dim.map((dimension, axis) =>
      axes[value.name]?.includes(axis) ||
      (dimension.value.case === 'dimValue' && dimension.value.value === 0n)
        ? create(TensorShapeProto_DimensionSchema, {
            value: { case: 'dimParam', value: `${value.name}_${axis}` },
          })
        : dimension,
    );
  }
  return toBinary(ModelProtoSchema, model);
}
