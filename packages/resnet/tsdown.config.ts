import { library } from '../../tools/build/tsdown.ts';

export default library({ entry: ['src/index.ts', 'src/from-onnx.ts', 'src/pth.ts', 'src/dlib-weights.ts'] });
