/** Weight decay by kind of parameter; what is left out has that of `weights`. */
export interface DecayGroups {
  /** Filters and matrices. */
  weights: number;
  /** Scales and offsets of normalisations, slopes of PReLU. */
  norms?: number;
  /** Parameters called `bias`. */
  biases?: number;
  /** All of the head's parameters, its class weights above all. */
  head?: number;
}

/** One decay for all parameters, or one for each kind. */
export type WeightDecay = number | DecayGroups;

/** The weight decay of a parameter by its name, such as `backbone.stem.norm.gamma`, and its rank. */
export function decayOf(decay: WeightDecay, name: string, rank: number): number {
  if (typeof decay === 'number') return decay;
  const { weights, norms = weights, biases = weights, head } = decay;
  if (head !== undefined && name.startsWith('head.')) return head;
  if (name.endsWith('.bias')) return biases;
  return rank > 1 ? weights : norms;
}
