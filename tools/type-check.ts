import ts from 'typescript';

/**
 * Returns the compiler's messages, `path:line: message`, about programs that exist only in memory.
 *
 * @param texts the programs by virtual file name. Imports resolve from there.
 * @param project the folder of the `tsconfig.json` to use.
 * @param changes options of the compiler that differ from the project's.
 */
export function typeErrors(
  texts: ReadonlyMap<string, string>,
  project: string,
  changes: ts.CompilerOptions = {},
): string[] {
  const { config } = ts.readConfigFile(`${project}/tsconfig.json`, ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, project);
  // Each example is a module, even without imports.
  const options = { ...parsed.options, ...changes, moduleDetection: ts.ModuleDetectionKind.Force };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  const program = ts.createProgram([...texts.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file && ts.getLineAndCharacterOfPosition(file, start!).line + 1;
    return `${file?.fileName}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}
