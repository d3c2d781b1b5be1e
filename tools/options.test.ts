import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { HmError } from '@hm/tensor/host';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { modules } from './docs/modules.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A public function that takes arguments. */
interface Subject {
  module: string;
  name: string;
  /** Whether the first may be neither undefined nor null. */
  needsFirst: boolean;
  /** The places of options among the parameters, told by the name of their type, and a member of them. */
  options: { place: number; member: string }[];
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
      if (signature === undefined || signature.parameters.length === 0) return [];
      const subject = { module, name: exported.name, needsFirst: needsFirst(signature, checker) };
      return [{ ...subject, options: optionsOf(signature, checker) }];
    });
  });
}

function needsFirst({ parameters: [first] }: ts.Signature, checker: ts.TypeChecker): boolean {
  const { valueDeclaration } = first!;
  const isOptional = ts.isParameter(valueDeclaration!) && checker.isOptionalParameter(valueDeclaration);
  const type = checker.getTypeOfSymbol(first!);
  const isAnything = (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
  return !isOptional && !isAnything && checker.getNonNullableType(type) === type;
}

const optionsOf = ({ parameters }: ts.Signature, checker: ts.TypeChecker) =>
  parameters.flatMap((parameter, place) => {
    const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
    const takesOptions =
      /Options\b|Description$/.test(checker.typeToString(type)) || parameter.name === 'options';
    // One letter more or less is half of a short name.
    const [member] = checker.getPropertiesOfType(type).toSorted((a, b) => b.name.length - a.name.length);
    return takesOptions && member ? [{ place, member: member.name }] : [];
  });

/** What must be right for the options to be looked at. */
const before: Record<string, readonly unknown[]> = { backboneByName: ['resnet18'] };

/** Those that check the options of others. */
const apart = new Set(['checkOptions', 'checkArguments']);

const all = subjects().filter(({ name }) => !apart.has(name));

const called = async ({ module, name }: Subject, args: readonly unknown[]): Promise<unknown> => {
  const { file } = modules.find((found) => found.name === module)!;
  const { [name]: call } = await import(pathToFileURL(built(file, '.js')).href);
  return outcome(() => call(...args));
};

describe('every public function refuses options that it does not know', () => {
  const taking = all.flatMap((subject) => subject.options.map((options) => ({ ...subject, ...options })));

  it('there are many', () => expect(taking.length).toBeGreaterThan(70));

  it.each(taking.map((subject) => [`${subject.module} ${subject.name}`, subject] as const))(
    '%s',
    async (_, subject) => {
      const { name, place, member } = subject;
      const given = Array.from({ length: place }, (_, index) => before[name]?.[index]);
      await expect(called(subject, [...given, { [`${member}x`]: 1 }])).rejects.toMatchObject({
        code: 'invalid-argument',
        message: expect.stringMatching(new RegExp(`${member}x.*Fix: Write \`${member}\``)),
      });
    },
  );
});

describe('every public function that is called with nothing, or with null, says what it takes', () => {
  const needing = all.filter(({ needsFirst }) => needsFirst);

  it('there are many', () => expect(needing.length).toBeGreaterThan(200));

  it.each(needing.map((subject) => [`${subject.module} ${subject.name}`, subject] as const))(
    '%s',
    async (_, subject) => {
      for (const args of [[], [null, null]]) {
        const error = await called(subject, args).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined && !HmError.isInstance(error)) throw error;
      }
    },
  );
});

/** The first thing that a function gives, awaited: generators do nothing before they are asked. */
async function outcome(run: () => unknown): Promise<unknown> {
  const result = (await run()) as Partial<AsyncIterator<unknown>> | undefined;
  return typeof result?.next === 'function' ? result.next() : result;
}
