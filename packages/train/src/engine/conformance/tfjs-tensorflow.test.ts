import util from 'node:util';
import { builtTensorFlow } from './built-tensorflow.ts';
import { conforms } from './conformance.ts';
import { reasonAgainst } from './reason-against.ts';

// As in Node 23 and newer, on every Node.
delete (util as { isNullOrUndefined?: unknown }).isNullOrUndefined;
builtTensorFlow();
const skip = await reasonAgainst('tensorflow');
conforms({ kind: 'tfjs', backend: 'tensorflow' }, { loss: 1e-4, state: 1e-4, skip });
