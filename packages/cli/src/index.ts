export { createProgram } from './create-program.ts';
export { type Diagnosis, diagnose, type EngineVerdict } from './doctor/diagnose.ts';
