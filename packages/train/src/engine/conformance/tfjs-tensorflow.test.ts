import { builtTensorFlow } from './built-tensorflow.ts';
import { conforms } from './conformance.ts';
import { reasonAgainst } from './reason-against.ts';

builtTensorFlow();
const skip = await reasonAgainst('tensorflow');
conforms({ kind: 'tfjs', backend: 'tensorflow' }, { loss: 1e-4, state: 1e-4, skip });
