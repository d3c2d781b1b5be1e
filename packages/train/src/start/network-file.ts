/** Format of a network's file by its extension; undefined for a run, a checkpoint or anything else. */
export function networkFormat(path: string): 'onnx' | 'pth' | undefined {
  const [, ending] = /\.(onnx|pth|pt)$/i.exec(path) ?? [];
  if (ending === undefined) return undefined;
  return ending.toLowerCase() === 'onnx' ? 'onnx' : 'pth';
}

/** True if a path has the extension of a network's file, so that it is no run or checkpoint. */
export const isNetworkFile = (path: string): boolean => networkFormat(path) !== undefined;
