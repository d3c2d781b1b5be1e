export { type Backbone, type BackboneParts, backboneOf, type Variables } from './backbone.ts';
export { type BackboneName, backboneByName } from './backbone-by-name.ts';
export { type Block, basicBlock, irBlock } from './blocks.ts';
export { type DlibResNetOptions, dlibResNet } from './dlib-resnet.ts';
export { DLIB_FILES, dlibWeights } from './dlib-weights.ts';
export { type IResNetOptions, iresnet18, iresnet34, iresnet50, iresnet100 } from './iresnet.ts';
export {
  affine,
  averagePool,
  type ConvOptions,
  conv,
  dense,
  type FilterInitialization,
  flatten,
  globalAverage,
  identity,
  type Layer,
  type LayerVariables,
  type Mode,
  maxPool,
  norm,
  prelu,
  relu,
  residual,
  type Sum,
  sequential,
  stateless,
} from './layers.ts';
export { type MobileFaceNetOptions, mobileFaceNet } from './mobile-face-net.ts';
export { type MobileNetV4Options, mobileNetV4 } from './mobile-net-v4.ts';
export { type ResNet, type ResNetOptions, resnet18, resnet34 } from './resnet.ts';
