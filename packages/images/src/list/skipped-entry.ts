/** An entry of a folder or archive that is not used, with the reason. */
export interface SkippedEntry {
  /** Path relative to the root, separated by `/`. */
  path: string;
  reason: string;
  /** True if an image or a person may be lost by skipping it; false for system files and texts. */
  missed: boolean;
}
