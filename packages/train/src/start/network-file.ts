/** What a network's file is by its ending; undefined for a run, a checkpoint or anything else. */
export function networkFormat(path: string): 'onnx' | 'pth' | undefined {
  const [, ending] = /\.(onnx|pth|pt)$/i.exec(path) ?? [];
  if (ending === undefined) return undefined;
  return ending.toLowerCase() === 'onnx' ? 'onnx' : 'pth';
}

/** Whether a path is that of a network's file, by its ending, and not of a run or a checkpoint. */
export const isNetworkFile = (path: string): boolean => networkFormat(path) !== undefined;
