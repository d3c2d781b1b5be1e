import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { modules } from './docs/modules.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A public function that takes options, told by the name of their type. */
interface Subject {
  module: string;
  name: string;
  /** The place of the options among the parameters. */
  place: number;
  /** A member of them. */
  member: string;
}

const declarations = new Map(modules.map(({ name, file }) => [name, built(file, '.d.ts')]));

/** Where the compiler has put a source file. */
function built(file: string, extension: string): string {
  return file.replace('/src/', '/dist/').replace(/\.ts$/, extension);
}

function subjects(): Subject[] {
  const program = ts.createProgram([...declarations.values()], {
    strict: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  });
  const checker = program.getTypeChecker();
  return modules.flatMap(({ name: module }) => {
    const file = checker.getSymbolAtLocation(program.getSourceFile(declarations.get(module)!)!)!;
    return checker.getExportsOfModule(file).flatMap((exported) => {
      const { Alias } = ts.SymbolFlags;
      const symbol = exported.flags & Alias ? checker.getAliasedSymbol(exported) : exported;
      if (symbol.valueDeclaration === undefined) return [];
      const [signature] = checker.getTypeOfSymbol(symbol).getCallSignatures();
      return (signature?.parameters ?? []).flatMap((parameter, place) => {
        const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
        const takesOptions =
          /Options\b|Description$/.test(checker.typeToString(type)) || parameter.name === 'options';
        // One letter more or less is half of a short name.
        const [member] = checker.getPropertiesOfType(type).toSorted((a, b) => b.name.length - a.name.length);
        return takesOptions && member ? [{ module, name: exported.name, place, member: member.name }] : [];
      });
    });
  });
}

/** What must be right for the options to be looked at. */
const before: Record<string, readonly unknown[]> = { backboneByName: ['resnet18'] };

/** Those that check the options of others. */
const apart = new Set(['checkOptions', 'checkArguments']);

describe('every public function refuses options that it does not know', () => {
  const all = subjects().filter(({ name }) => !apart.has(name));

  it('there are many', () => expect(all.length).toBeGreaterThan(70));

  it.each(all.map((subject) => [`${subject.module} ${subject.name}`, subject] as const))(
    '%s',
    async (_, subject) => {
      const { file } = modules.find(({ name }) => name === subject.module)!;
      const { [subject.name]: call } = await import(pathToFileURL(built(file, '.js')).href);
      const options = { [`${subject.member}x`]: 1 };
      const { place } = subject;
      const given = Array.from({ length: place }, (_, index) => before[subject.name]?.[index]);
      await expect(outcome(() => call(...given, options))).rejects.toMatchObject({
        code: 'invalid-argument',
        message: expect.stringMatching(new RegExp(`${subject.member}x.*Fix: Write \`${subject.member}\``)),
      });
    },
  );
});

/** The first thing that a function gives, awaited: generators do nothing before they are asked. */
async function outcome(run: () => unknown): Promise<unknown> {
  const result = (await run()) as Partial<AsyncIterator<unknown>> | undefined;
  return typeof result?.next === 'function' ? result.next() : result;
}
