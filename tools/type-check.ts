import ts from 'typescript';

/**
 * The compiler's messages about programs that exist in memory only, `path:line: message`.
 *
 * @param texts by the file that each would be. Imports resolve from there.
 * @param project folder of the `tsconfig.json` to check by.
 */
export function typeErrors(texts: ReadonlyMap<string, string>, project: string): string[] {
  const { config } = ts.readConfigFile(`${project}/tsconfig.json`, ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, project);
  // An example is a module of its own, also without imports.
  const options = { ...parsed.options, moduleDetection: ts.ModuleDetectionKind.Force };
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
