import { TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf';

/** Size of an element in bytes, for the types that constants in graphs have. */
const sizes: Partial<Record<DataType, number>> = {
  [DataType.FLOAT]: 4,
  [DataType.INT32]: 4,
  [DataType.INT64]: 8,
  [DataType.DOUBLE]: 8,
  [DataType.FLOAT16]: 2,
  [DataType.BFLOAT16]: 2,
  [DataType.INT8]: 1,
  [DataType.UINT8]: 1,
  [DataType.BOOL]: 1,
};

/** Returns the size in bytes of one element of a constant, if it is known. */
export const elementBytes = ({ dataType }: TensorProto): number | undefined => sizes[dataType as DataType];

/**
 * Returns the values of a constant as bytes in memory order; `undefined` if they are stored elsewhere or have an
 * unusual type.
 */
export function bytesOfConstant(tensor: TensorProto): Uint8Array<ArrayBuffer> | undefined {
  if (tensor.externalData.length > 0 || elementBytes(tensor) === undefined) return undefined;
  // Not rawData.slice(): on a Buffer it shares the memory.
  if (tensor.rawData.length > 0) return new Uint8Array(tensor.rawData);
  const data = typed(tensor);
  return data && new Uint8Array(data.buffer as ArrayBuffer);
}

function typed({ dataType, floatData, int32Data, int64Data, doubleData }: TensorProto) {
  if (dataType === DataType.FLOAT) return Float32Array.from(floatData);
  if (dataType === DataType.INT64) return BigInt64Array.from(int64Data);
  if (dataType === DataType.INT32) return Int32Array.from(int32Data);
  if (dataType === DataType.DOUBLE) return Float64Array.from(doubleData);
  return undefined;
}

/** Returns the values of a float32 constant, or `undefined` if it is not one. */
export function floats(tensor: TensorProto | undefined): Float32Array | undefined {
  if (tensor === undefined || tensor.dataType !== DataType.FLOAT) return undefined;
  const bytes = bytesOfConstant(tensor);
  return bytes && new Float32Array(bytes.buffer);
}

/** Returns the values of a constant of 64-bit integers, or `undefined` if it is not one. */
export function integers(tensor: TensorProto | undefined): number[] | undefined {
  if (tensor === undefined || tensor.dataType !== DataType.INT64) return undefined;
  const bytes = bytesOfConstant(tensor);
  return bytes && Array.from(new BigInt64Array(bytes.buffer), Number);
}
