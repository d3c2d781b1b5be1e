export { type FromOnnxOptions, fromOnnx } from './from-onnx/from-onnx.ts';
