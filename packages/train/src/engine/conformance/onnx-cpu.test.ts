import { conforms } from './conformance.ts';

// The reference itself: what is compared are its stops, resumes and states.
conforms({ kind: 'onnx', threads: 1 }, { loss: 0, state: 0 });
