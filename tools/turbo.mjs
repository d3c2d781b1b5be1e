// Run by `pnpm build` and `pnpm typecheck`: turbo without the telemetry that it sends by default.
import { run } from './run-stage.mjs';

process.exitCode = run(process.execPath, 'node_modules/turbo/bin/turbo', ...process.argv.slice(2)) ? 0 : 1;
