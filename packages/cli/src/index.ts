export { createProgram } from './create-program.ts';
export { type Diagnosis, diagnose, type EngineVerdict } from './doctor/diagnose.ts';
export type { Progress } from './progress.ts';
export { type StudyOptions, type StudyRun, study } from './study/study.ts';
export { type StudyData, type SyntheticStudyOptions, syntheticStudyData } from './study/study-data.ts';
export { type StudyReport, studyMarkdown, studyReport } from './study/study-report.ts';
