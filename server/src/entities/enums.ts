import { registerEnumType } from 'type-graphql';

/** Where a unit of work stands. The last three are final; `SCORING` is a fusion or a sweep whose evaluations are under way. */
export enum RunState {
  QUEUED = 'QUEUED',
  RUNNING = 'RUNNING',
  SCORING = 'SCORING',
  SUCCEEDED = 'SUCCEEDED',
  FAILED = 'FAILED',
  CANCELLED = 'CANCELLED',
}
registerEnumType(RunState, {
  name: 'RunState',
  description: 'Where a unit of work stands. SUCCEEDED, FAILED and CANCELLED are final.',
  valuesConfig: {
    QUEUED: { description: 'Waits for a free compute process.' },
    RUNNING: { description: 'A compute process works on it.' },
    SCORING: { description: 'Its result is there; the evaluations of it are under way.' },
  },
});

export enum SplitName {
  TRAIN = 'TRAIN',
  VALIDATION = 'VALIDATION',
  TEST = 'TEST',
}
registerEnumType(SplitName, {
  name: 'Split',
  description:
    'Part of a task’s examples. Options are chosen on VALIDATION and reported on TEST; the two share no example.',
});

export enum Metric {
  ACCURACY = 'ACCURACY',
}
registerEnumType(Metric, { name: 'Metric', description: 'What a score counts.' });

export enum FusionSpaceName {
  FRAME = 'FRAME',
  CORE = 'CORE',
  DELTA = 'DELTA',
  FACTOR = 'FACTOR',
}
registerEnumType(FusionSpaceName, {
  name: 'FusionSpace',
  description: 'Where task vectors are merged.',
  valuesConfig: {
    FRAME: {
      description: 'The B’s of adapters that share one tangent frame: exact, at unchanged rank, without cross terms.',
    },
    CORE: { description: 'The small core matrices of the updates: lossless, mixed ranks, never dense.' },
    DELTA: { description: 'ΔW = scale·B·A, densely per module: exact.' },
    FACTOR: {
      description: 'A’s and B’s apart, as the paper’s code and PEFT do: not exact, the cross terms are reported.',
    },
  },
});

export enum PluginStatus {
  LOADED = 'LOADED',
  INCOMPATIBLE = 'INCOMPATIBLE',
  FAILED = 'FAILED',
}
registerEnumType(PluginStatus, { name: 'PluginStatus', description: 'Whether a plugin’s strategies can be used.' });

export enum StrategyKind {
  MODULE = 'MODULE',
  SEARCH = 'SEARCH',
  WRAPPER = 'WRAPPER',
}
registerEnumType(StrategyKind, {
  name: 'StrategyKind',
  description:
    'MODULE strategies merge layer by layer; SEARCH strategies look for coefficients by what they score on `validation`; WRAPPER strategies change what another merges.',
});

export enum MemberOrder {
  INVARIANT = 'INVARIANT',
  MATTERS = 'MATTERS',
}
registerEnumType(MemberOrder, {
  name: 'MemberOrder',
  description: 'Whether another order of the adapters may give another result.',
});

/** How an adapter came to be. */
export enum Origin {
  TRAINED = 'TRAINED',
  IMPORTED = 'IMPORTED',
  FUSED = 'FUSED',
}
registerEnumType(Origin, { name: 'Origin', description: 'How an adapter came to be.' });

/** What an import gives. */
export enum ImportTarget {
  ADAPTER = 'ADAPTER',
  BASE_MODEL = 'BASE_MODEL',
}
registerEnumType(ImportTarget, {
  name: 'ImportTarget',
  description: 'What an import gives.',
  valuesConfig: {
    ADAPTER: { description: 'An adapter.' },
    BASE_MODEL: { description: 'A base model.' },
  },
});

/** Where the files of an import are. */
export enum ImportSourceKind {
  UPLOAD = 'UPLOAD',
  DIRECTORY = 'DIRECTORY',
  HUB = 'HUB',
}
registerEnumType(ImportSourceKind, {
  name: 'ImportSourceKind',
  description: 'Where the files of an import are.',
  valuesConfig: {
    UPLOAD: { description: 'They were uploaded.' },
    DIRECTORY: { description: 'In a folder of the server’s machine, under the import root.' },
    HUB: { description: 'In a repository of a Hugging Face hub.' },
  },
});

export enum UploadState {
  OPEN = 'OPEN',
  COMPLETE = 'COMPLETE',
}
registerEnumType(UploadState, {
  name: 'UploadState',
  description: 'How far an upload has come.',
  valuesConfig: {
    OPEN: { description: 'Takes files.' },
    COMPLETE: { description: 'Has all its files, and can be inspected and imported.' },
  },
});

export enum ExportFormat {
  PEFT = 'PEFT',
  MERGED_MODEL = 'MERGED_MODEL',
}
registerEnumType(ExportFormat, {
  name: 'ExportFormat',
  description: 'What an adapter is exported as.',
  valuesConfig: {
    PEFT: { description: 'A folder that PEFT, and what builds on it, loads.' },
    MERGED_MODEL: {
      description: 'The base model with the adapter merged into its weights, as Hugging Face lays it out.',
    },
  },
});

export enum ExportDtype {
  F32 = 'F32',
  F16 = 'F16',
  BF16 = 'BF16',
}
registerEnumType(ExportDtype, {
  name: 'ExportDtype',
  description: 'What numbers are written as.',
  valuesConfig: {
    F32: { description: '32 bits.' },
    F16: { description: '16 bits, IEEE half precision.' },
    BF16: { description: '16 bits, bfloat16.' },
  },
});

export enum StatisticsKindName {
  GRAM = 'GRAM',
  FISHER = 'FISHER',
}
registerEnumType(StatisticsKindName, {
  name: 'StatisticsKind',
  description: 'What data says about an adapter’s modules.',
  valuesConfig: {
    GRAM: { description: 'Mean of x xᵀ over the inputs of each module: what RegMean needs.' },
    FISHER: { description: 'Mean squared gradient of each entry of ΔW: what Fisher merging needs.' },
  },
});

/** Final states: nothing leaves them, except `retry`, which starts over. */
export const FINAL_STATES: ReadonlySet<RunState> = new Set([RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED]);
