// Writes the API reference, tools/docs/api, from the packages' doc comments. It treats TypeDoc's warnings as errors.
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import { modules } from './modules.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const application = await Application.bootstrapWithPlugins({
  entryPoints: modules.map(({ file }) => file),
  tsconfig: join(root, 'tools/docs/tsconfig.json'),
  // Resolves imports between packages to their sources, so that links between them lead to their pages.
  compilerOptions: { paths: Object.fromEntries(modules.map(({ name, file }) => [name, [file]])) },
  skipErrorChecking: true, // `pnpm typecheck` does that
  plugin: ['typedoc-plugin-markdown'],
  logLevel: 'Warn',
  validation: { notDocumented: true },
  requiredToBeDocumented: ['Class', 'Function', 'Interface', 'TypeAlias', 'Variable', 'Method'],
  packagesRequiringDocumentation: [...new Set(modules.map((module) => module.package))],
  excludeInternal: true,
  excludeExternals: true,
  disableSources: true,
  name: 'API',
  basePath: root,
  out: join(root, 'tools/docs/api'),
  entryFileName: 'index',
  readme: 'none',
  router: 'module',
  groupOrder: ['Functions', 'Classes', 'Variables', '*', 'References'],
  sort: ['alphabetical'],
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  useHTMLAnchors: true,
  expandObjects: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
});

const project = await application.convert();
if (project !== undefined) {
  const names = new Map(
    modules.map(({ name, file }) => [relative(root, file).replace(/(\/index)?\.ts$/, ''), name]),
  );
  for (const module of project.children) module.name = names.get(module.name);
  application.validate(project);
  await application.generateOutputs(project);
}
process.exitCode = application.logger.hasErrors() || application.logger.hasWarnings() ? 1 : 0;
