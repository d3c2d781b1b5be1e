/** What leaves identities out when a data set is opened. */
export interface Exclusion {
  exclude?: readonly string[];
  allowUnknownExclude?: true;
}

/**
 * What `--exclude` names: a file with a name on each line, or `casia-lfw`, the people of CASIA-WebFace who are in LFW, of
 * whom published variants have left out some already. All of a file must be there, unless `allowUnknown` says otherwise.
 */
export async function excludedNames(given: string | undefined, allowUnknown?: boolean): Promise<Exclusion> {
  if (given === undefined) return {};
  const { casiaLfwOverlap, readNameList } = await import('@hm/datasets');
  if (given === 'casia-lfw') return { exclude: casiaLfwOverlap, allowUnknownExclude: true };
  return { exclude: await readNameList(given), ...(allowUnknown === true && { allowUnknownExclude: true }) };
}
