import { printable } from '@hm/tensor/host';

const FORBIDS = /non-?commercial|research (use )?only|\bCC[ -]BY[ -]NC\b/i;

const told = new Set<string>();

/** Says on the console, once in a program, that a network's license forbids commercial use. */
export function noteLicense(name: string, { 'hm.license': license }: Readonly<Record<string, string>>): void {
  if (license === undefined || !FORBIDS.test(license)) return;
  const note = printable(`Note: ${name}: ${license.replace(/\.$/, '')}.`);
  if (told.has(note)) return;
  told.add(note);
  console.warn(note);
}
