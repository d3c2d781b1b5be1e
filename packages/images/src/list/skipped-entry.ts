/** Something in a folder or archive that is not used, and why. */
export interface SkippedEntry {
  /** Relative to the root, with `/` between. */
  path: string;
  reason: string;
  /** True where an image or a person may be lost by it; false for system files and texts. */
  missed: boolean;
}
