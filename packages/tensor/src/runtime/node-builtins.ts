/** The parts of Node that this package uses if it runs in Node. They are typed here because it runs in browsers too. */
interface NodeProcess {
  version: string;
  versions: { node: string; napi?: string };
  platform: string;
  arch: string;
  argv: string[];
  env: Record<string, string | undefined>;
  cwd(): string;
  getBuiltinModule?(name: string): unknown;
}

interface FileSystem {
  existsSync(path: string): boolean;
  readFileSync(path: string, encoding: 'utf8'): string;
  readdirSync(path: string): string[];
}

interface OperatingSystem {
  availableParallelism(): number;
  cpus(): { model: string }[];
  totalmem(): number;
}

interface Modules {
  createRequire(path: string): { cache: Record<string, unknown> };
}

interface Builtins {
  'node:fs': FileSystem;
  'node:os': OperatingSystem;
  'node:module': Modules;
}

/** Node's `process`; undefined in a browser. */
export const nodeProcess: NodeProcess | undefined = (globalThis as { process?: NodeProcess }).process
  ?.versions?.node
  ? (globalThis as { process?: NodeProcess }).process
  : undefined;

/**
 * Returns a built-in module of Node without an import, which a bundler for browsers would fail on; undefined elsewhere.
 */
export const builtin = <Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined =>
  nodeProcess?.getBuiltinModule?.(name) as Builtins[Name] | undefined;
