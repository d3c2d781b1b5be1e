import { createRequire } from 'node:module';
import { isRecord, type JsonSchema, limits, mistakeError, schemaMistake, variantOf } from '@hm/tensor/host';

/** Settings of `hm train` as a tree. Options and `--set` write into it, and `run.json` stores it for `--from`. */
export interface Settings {
  data?: {
    path?: string;
    exclude?: string;
    allowUnknownExclude?: boolean;
    form?: 'folder' | 'recordio' | 'tar' | 'parquet' | 'ms-celeb' | 'list';
    split?: string;
    imageColumn?: string;
    labelColumn?: string;
    minImages?: number;
  };
  synthetic?: { identities?: number; imagesPerIdentity?: number; hardness?: number };
  loss?: { name?: string } & Readonly<Record<string, unknown>>;
  labelSmoothing?: number;
  backbone?: {
    name?: string;
    stem?: 'imagenet' | 'face';
    block?: 'basic' | 'ir';
    head?: 'gap' | 'E';
    embeddingNorm?: boolean;
    embeddingSize?: number;
    imageSize?: [height: number, width: number];
  };
  pretrained?: string;
  recipe?: 'paper' | 'quick' | 'finetune';
  augment?: 'none' | 'flip' | 'standard' | 'adaface' | Readonly<Record<string, unknown>>;
  seed?: number;
  engine?: 'onnx' | 'tfjs-tensorflow' | 'tfjs-webgpu' | 'tfjs-cpu' | 'auto';
  provider?: 'cpu' | 'webgpu' | 'cuda' | 'coreml' | 'dml';
  kernels?: 'direct' | 'measured';
  stepsPerCall?: number;
  deviceId?: number;
  threads?: number;
  workers?: number;
  validate?: string;
  validatePairs?: string;
  validatePeople?: number;
  validateEvery?: number;
  validationTimeoutSeconds?: number;
  patience?: number;
  checkpointEvery?: number;
  keep?: number;
  hardness?: boolean;
  tensorBoard?: boolean;
  onBadSample?: 'throw' | 'skip';
  batchTimeoutSeconds?: number;
  dataLicense?: string;
  unlabeled?: string;
  allowChangedData?: boolean;
}

const text = (description: string): JsonSchema => ({ type: 'string', description });
const flag = (description: string): JsonSchema => ({ type: 'boolean', description });
const count = (description: string, maximum?: number): JsonSchema => ({
  ...{ type: 'integer', minimum: 1, description },
  ...(maximum !== undefined && { maximum }),
});
const seconds = (description: string): JsonSchema => ({ type: 'number', exclusiveMinimum: 0, description });
const oneOf = (words: readonly string[], description: string, standard?: string): JsonSchema => ({
  ...{ enum: words, description },
  ...(standard !== undefined && { default: standard }),
});
const section = (description: string, properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  ...{ type: 'object', description, properties },
  additionalProperties: false,
});

/** Schema of a recipe, read from the JSON file because importing @hm/train would make `--help` slow. */
const recipe = createRequire(import.meta.url)('@hm/train/recipe.schema.json') as {
  properties: Record<string, JsonSchema>;
};
const { $schema: _, augment, ...recipeMembers } = recipe.properties;

/** Schemas of the {@link Settings} that are not part of the recipe: values, default and description of each. */
const own: Readonly<Record<keyof Settings, JsonSchema>> = {
  data: section('aligned faces', {
    path: text('aligned faces: one folder per identity, or another format (hm data --help)'),
    exclude: text(
      'identities to leave out: a file with one name per line, or casia-lfw, those of LFW in CASIA-WebFace',
    ),
    allowUnknownExclude: flag('accept names to leave out that the data set does not contain'),
    form: oneOf(
      ['folder', 'recordio', 'tar', 'parquet', 'ms-celeb', 'list'],
      'data format, if a folder contains several',
    ),
    split: text('split to read, if the data has several: train, test or validation'),
    imageColumn: text('name of the image column of parquet files, or of the path column of a list'),
    labelColumn: text('name of the label column of parquet files or of a list'),
    minImages: count('smallest number of images of an identity; others are left out (folders only)'),
  }),
  synthetic: section('rendered faces', {
    identities: count('number of rendered identities to train on, instead of photographs'),
    imagesPerIdentity: { ...count('images per rendered identity'), default: 20 },
    hardness: {
      ...{ type: 'number', minimum: 0, maximum: 1, default: 0.3 },
      description: 'how hard rendered faces are to tell apart',
    },
  }),
  loss: {
    ...{
      type: 'object',
      description: 'a loss and its options',
      properties: { name: text('name of the loss; its options are set likewise: loss.scale=32') },
    },
  },
  labelSmoothing: {
    ...{ type: 'number', minimum: 0, exclusiveMaximum: 1 },
    description: 'share of the target that is spread over all classes, such as 0.1',
  },
  backbone: section('network', {
    name: text('network by name, or the file of a trained one'),
    stem: oneOf(['imagenet', 'face'], 'first layers of a ResNet', 'imagenet'),
    block: oneOf(['basic', 'ir'], 'residual block of a ResNet', 'basic'),
    head: oneOf(['gap', 'E'], 'last layers of a ResNet', 'gap'),
    embeddingNorm: flag('batch normalization of the embedding'),
    embeddingSize: { ...count('dimensions of the embedding', limits.embeddingSize), default: 512 },
    imageSize: {
      ...{ type: 'array', minItems: 2, items: count('pixels', limits.imageSide), default: [112, 112] },
      description: 'height and width of the images',
    },
  }),
  pretrained: text('initial weights: a run, a checkpoint, an ONNX file, or a .pth file of PyTorch'),
  recipe: oneOf(['paper', 'quick', 'finetune'], 'recipe', 'paper'),
  augment: {
    description: "augmentation of training images, instead of the recipe's",
    anyOf: [{ enum: ['none', 'flip', 'standard', 'adaface'] }, augment!],
  },
  seed: { type: 'integer', description: 'seed of all random choices', default: 1 },
  engine: oneOf(
    ['onnx', 'tfjs-tensorflow', 'tfjs-webgpu', 'tfjs-cpu', 'auto'],
    'training engine: onnx (with --provider), or auto, the fastest usable one; hm doctor lists them',
    'onnx',
  ),
  provider: oneOf(
    ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'],
    'execution provider of ONNX Runtime; hm doctor lists the usable ones',
    'cpu',
  ),
  kernels: oneOf(
    ['direct', 'measured'],
    'convolution kernels: direct, or whatever measures fastest on this machine',
    'direct',
  ),
  stepsPerCall: {
    ...count(
      'steps per call of ONNX Runtime; a provider that copies the state, such as cuda, copies it once per call',
    ),
    default: 1,
  },
  deviceId: { type: 'integer', minimum: 0, description: 'index of the GPU, with the providers cuda and dml' },
  threads: count('ONNX Runtime threads', limits.threads),
  workers: count('image decoding threads', limits.workers),
  validate: text('aligned images, in the layout of LFW, to validate on; the best checkpoint is kept'),
  validatePairs: text('list of pairs for --validate (default: pairs.txt in the folder or beside it)'),
  validatePeople: count('number of people held out of the data to validate on; the best checkpoint is kept'),
  validateEvery: count('steps between validations, instead of one per epoch'),
  validationTimeoutSeconds: seconds('time limit of a validation'),
  patience: count('number of validations without a better score after which training stops'),
  checkpointEvery: count('steps between checkpoints, in addition to one per epoch'),
  keep: { ...count('number of checkpoints to keep'), default: 2 },
  hardness: flag('report after each epoch how many samples were easy, and how easy'),
  tensorBoard: flag('write TensorBoard event files to the run folder'),
  onBadSample: oneOf(
    ['throw', 'skip'],
    'what to do if an image cannot be decoded: fail, or use another one',
    'throw',
  ),
  batchTimeoutSeconds: {
    ...seconds('time limit for a batch of images, such as from a network drive'),
    default: 600,
  },
  dataLicense: text('note about the license of the photographs, for exported files'),
  unlabeled: text('unlabeled photographs for the distill term'),
  allowChangedData: flag('resume although the images have changed since the run began'),
};

/** Schema of all settings of `--set`. */
export const settingsSchema: JsonSchema = {
  ...{ type: 'object', additionalProperties: false },
  properties: { ...recipeMembers, ...own },
};

/** Returns true if a setting is a member of the recipe, which @hm/train checks. */
export const isOfRecipe = (name: string): boolean => Object.hasOwn(recipeMembers, name);

/** Returns the schema at a path such as `optimizer.momentum`, or undefined if there is no such setting. */
export function schemaAt(path: string): JsonSchema | undefined {
  const inside = (schemas: readonly JsonSchema[], name: string) =>
    schemas.flatMap(alternatives).flatMap((schema) => memberOf(schema, name));
  const found = path.split('.').reduce(inside, [settingsSchema]);
  if (found.length < 2) return found[0];
  const words = found.map((schema) => schema.const);
  return words.includes(undefined) ? { anyOf: found } : { enum: words };
}

const alternatives = (schema: JsonSchema): readonly JsonSchema[] =>
  schema.anyOf?.flatMap(alternatives) ?? [schema];

function memberOf(schema: JsonSchema, name: string): readonly JsonSchema[] {
  const { type = 'object', properties = {}, additionalProperties: others = true } = schema;
  if (Object.hasOwn(properties, name)) return [properties[name]!];
  return type === 'object' && schema.enum === undefined && others !== false ? [{}] : [];
}

/** Returns a copy of a tree with a value set at a path. */
export function withValue(tree: object, path: string, value: unknown): Record<string, unknown> {
  const [name, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length === 0) return { ...tree, [name]: value };
  const before = Object.hasOwn(tree, name) ? (tree as Record<string, unknown>)[name] : undefined;
  return { ...tree, [name]: withValue(objectOf(name, before), rest.join('.'), value) };
}

/** Returns a value as an object. A single number as `weightDecay` is short for `{ weights }`. */
export function objectOf(name: string, value: unknown): Record<string, unknown> {
  if (isRecord(value)) return value;
  return name === 'weightDecay' && typeof value === 'number' ? { weights: value } : {};
}

/** Returns the default of a setting. */
export const defaultOf = <T>(path: string): T => schemaAt(path)?.default as T;

/** @throws {InvalidArgumentError} if a setting outside the recipe has a value that is not allowed. */
export function assertSettings(settings: Settings): void {
  const others = Object.fromEntries(Object.entries(settings).filter(([name]) => !isOfRecipe(name)));
  const mistake = schemaMistake(others, settingsSchema);
  if (mistake === undefined) return;
  const { path } = mistake;
  throw mistakeError(mistake, { where: `--set ${path}`, path, change: 'Change that value.' });
}

/** Parses a value by its schema: a number, a word, a comma-separated list, or JSON. */
export function typedValue(typed: string, schema: JsonSchema): unknown {
  const [one] = alternatives(schema);
  if (one?.type === 'string') return typed;
  if (one?.type === 'array' && !typed.startsWith('['))
    return typed.split(',').map((item) => typedValue(item.trim(), one.items ?? {}));
  try {
    const value: unknown = JSON.parse(typed);
    return variantOf(value, schema) === undefined && schema.anyOf === undefined ? typed : value;
  } catch {
    return typed;
  }
}
