/** Size limit of each package's tarball in KiB, about a quarter above its size when the limit was set. */
export const sizeBudgets: Readonly<Record<string, number>> = {
  align: 48,
  cli: 76,
  datasets: 155,
  eval: 115,
  images: 30,
  losses: 80,
  onnx: 115,
  recognize: 50,
  resnet: 46,
  study: 37,
  tensor: 92,
  train: 112,
};
