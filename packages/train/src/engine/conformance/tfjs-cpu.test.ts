import { conforms } from './conformance.ts';

conforms({ kind: 'tfjs', backend: 'cpu' }, { loss: 1e-5, state: 1e-4 });
