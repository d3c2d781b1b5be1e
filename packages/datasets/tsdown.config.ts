import { library } from '../../tools/build/tsdown.ts';

export default library({
  entry: [
    'src/index.ts',
    'src/browser.ts',
    'src/augment/recompress.node.ts',
    'src/augment/recompress.web.ts',
    'src/loader/preprocessing.ts',
    'src/loader/worker.ts',
    'src/parquet/parquet-file.ts',
    'src/parquet/parser/parse-process.ts',
    'src/jobs/job-worker.ts',
  ],
  platform: 'node',
  deps: { neverBundle: ['#recompress'] },
});
