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

/** What an adapter computes: two functions that agree to first order. */
export enum AdapterForm {
  WEIGHTS = 'WEIGHTS',
  TANGENT = 'TANGENT',
}
registerEnumType(AdapterForm, {
  name: 'AdapterForm',
  description:
    'What an adapter computes with its updates. It is scored in its own form; the two agree to first order only.',
  valuesConfig: {
    WEIGHTS: { description: 'The network with the updates added to its weights.' },
    TANGENT: {
      description:
        'The network’s first-order expansion at the base, along the updates: what network-wide linearized methods train.',
    },
  },
});

/** How the rate of a training goes on after its warm-up. */
export enum RateSchedule {
  COSINE = 'COSINE',
  CONSTANT = 'CONSTANT',
}
registerEnumType(RateSchedule, {
  name: 'RateSchedule',
  description: 'How the learning rate goes on after the warm-up.',
  valuesConfig: {
    COSINE: { description: 'Half a cosine down to 0.' },
    CONSTANT: { description: 'It stays.' },
  },
});

export enum TrainingSearchKind {
  GRID = 'GRID',
  RANDOM = 'RANDOM',
  HALVING = 'HALVING',
}
registerEnumType(TrainingSearchKind, {
  name: 'TrainingSearchKind',
  description: 'How the settings of a training are looked for.',
  valuesConfig: {
    GRID: { description: 'Every combination of the values.' },
    RANDOM: { description: 'Points drawn independently of each other.' },
    HALVING: {
      description: 'Points drawn at random; the best third go on to three times as many steps, until one is left.',
    },
  },
});

/** Settings of a training that a search may vary. */
export enum TunableOption {
  learningRate = 'learningRate',
  weightDecay = 'weightDecay',
  rank = 'rank',
  alpha = 'alpha',
  dropout = 'dropout',
  normPenalty = 'normPenalty',
}
registerEnumType(TunableOption, {
  name: 'TunableOption',
  description: 'A setting of a training that a search may vary.',
  valuesConfig: {
    learningRate: { description: 'The greatest learning rate.' },
    weightDecay: { description: 'Weight decay.' },
    rank: { description: 'Rank of the update; not in a tangent frame, which has its own.' },
    alpha: { description: 'Its alpha; not in a tangent frame.' },
    dropout: { description: 'Dropout on an adapter’s input.' },
    normPenalty: { description: 'Weight of the penalty on the update’s length.' },
  },
});

export enum Metric {
  ACCURACY = 'ACCURACY',
  MACRO_F1 = 'MACRO_F1',
  MATTHEWS = 'MATTHEWS',
  PEARSON = 'PEARSON',
  SPEARMAN = 'SPEARMAN',
  EXACT_MATCH = 'EXACT_MATCH',
  PERPLEXITY = 'PERPLEXITY',
}
registerEnumType(Metric, {
  name: 'Metric',
  description: 'What a score counts.',
  valuesConfig: {
    MACRO_F1: { description: 'Unweighted mean over classes of F1, 0 to 1.' },
    MATTHEWS: { description: 'Matthews’ correlation of predicted and expected classes, −1 to 1.' },
    PEARSON: { description: 'Pearson’s correlation of predicted and expected numbers, −1 to 1.' },
    SPEARMAN: { description: 'Spearman’s rank correlation of predicted and expected numbers, −1 to 1.' },
    EXACT_MATCH: { description: 'Share of generated texts that are the expected one, 0 to 1.' },
    PERPLEXITY: { description: 'exp of the mean negative log-likelihood of a token; 1 is the best.' },
  },
});

/** What the examples of a task are. */
export enum TaskKind {
  IMAGE = 'IMAGE',
  TEXT = 'TEXT',
}
registerEnumType(TaskKind, {
  name: 'TaskKind',
  description: 'What the examples of a task are.',
  valuesConfig: { IMAGE: { description: 'Images of one size.' }, TEXT: { description: 'Texts, one or more of each.' } },
});

/** What a task asks for. */
export enum AnswerForm {
  CLASS = 'CLASS',
  NUMBER = 'NUMBER',
  TEXT = 'TEXT',
}
registerEnumType(AnswerForm, {
  name: 'AnswerForm',
  description: 'What a task asks for.',
  valuesConfig: {
    CLASS: { description: 'One of its classes.' },
    NUMBER: { description: 'A number.' },
    TEXT: { description: 'A text, to be generated or found likely.' },
  },
});

/** How a language model is asked for an answer. */
export enum AskedBy {
  GENERATE = 'GENERATE',
  RANK = 'RANK',
  LIKELIHOOD = 'LIKELIHOOD',
}
registerEnumType(AskedBy, {
  name: 'AskedBy',
  description: 'How a language model is asked for an answer. Two ways of asking are two scores that are never mixed.',
  valuesConfig: {
    GENERATE: {
      description:
        'It writes, and what it wrote must be the label word: the paper’s protocol, and the default of encoder-decoders such as T5.',
    },
    RANK: {
      description:
        'Of the label words the one that it finds likeliest is its answer: the default of decoder-only models.',
    },
    LIKELIHOOD: { description: 'How likely it finds the expected text: what PERPLEXITY needs, and nothing else.' },
  },
});

/** Where a score comes from. */
export enum ScoreOrigin {
  MEASURED = 'MEASURED',
  EVALUATOR = 'EVALUATOR',
  IMPORTED = 'IMPORTED',
}
registerEnumType(ScoreOrigin, {
  name: 'ScoreOrigin',
  description: 'Where a score comes from.',
  valuesConfig: {
    MEASURED: { description: 'Crucible ran the model itself.' },
    EVALUATOR: { description: 'An evaluator asked a model elsewhere; Crucible reckoned the figure from its answers.' },
    IMPORTED: { description: 'Another program measured it; Crucible took its word.' },
  },
});

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
  EXTRACTED = 'EXTRACTED',
}
registerEnumType(Origin, { name: 'Origin', description: 'How an adapter came to be.' });

/** What an import gives. */
/** What becomes of DoRA's magnitudes when an adapter is imported. */
export enum DoraImport {
  REFUSE = 'REFUSE',
  FULL_RANK = 'FULL_RANK',
}
registerEnumType(DoraImport, {
  name: 'DoraImport',
  description:
    'What becomes of an adapter with magnitudes (DoRA), W′ = m ⊙ (W + s·B·A) / ‖W + s·B·A‖ by rows, which is no low-rank update.',
  valuesConfig: {
    REFUSE: { description: 'It is refused, with the reason.' },
    FULL_RANK: {
      description:
        'W′ − W of each such layer, exactly, as an update of full rank: as large as the weight itself. It needs the base with its weights.',
    },
  },
});

export enum ImportTarget {
  ADAPTER = 'ADAPTER',
  BASE_MODEL = 'BASE_MODEL',
  TASK = 'TASK',
}
registerEnumType(ImportTarget, {
  name: 'ImportTarget',
  description: 'What an import gives.',
  valuesConfig: {
    ADAPTER: { description: 'An adapter.' },
    BASE_MODEL: { description: 'A base model.' },
    TASK: { description: 'A task.' },
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

/** What an upload is for: which files it takes. */
export enum UploadPurpose {
  ADAPTER = 'ADAPTER',
  TASK = 'TASK',
}
registerEnumType(UploadPurpose, {
  name: 'UploadPurpose',
  description: 'What an upload is for.',
  valuesConfig: {
    ADAPTER: { description: 'The files of an adapter.' },
    TASK: { description: 'Tables, images or IDX files that a task is made of.' },
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

export enum ModelDtype {
  KEEP = 'KEEP',
  F32 = 'F32',
  F16 = 'F16',
  BF16 = 'BF16',
}
registerEnumType(ModelDtype, {
  name: 'ModelDtype',
  description: 'What the numbers of a whole model are written as.',
  valuesConfig: {
    KEEP: { description: 'Each tensor as the base has it.' },
    F32: { description: '32 bits.' },
    F16: { description: '16 bits, IEEE half precision.' },
    BF16: { description: '16 bits, bfloat16.' },
  },
});

export enum VocabularyRule {
  REFUSE = 'REFUSE',
  COMMON_ROWS = 'COMMON_ROWS',
}
registerEnumType(VocabularyRule, {
  name: 'VocabularyRule',
  description: 'What is done where checkpoints have vocabularies of other sizes than the base.',
  valuesConfig: {
    REFUSE: { description: 'The fusion fails, and names the tensor.' },
    COMMON_ROWS: {
      description:
        'The rows that all have are merged, the base’s other rows are kept: right where tokens were only appended.',
    },
  },
});

export enum ModelSpace {
  FULL = 'FULL',
}
registerEnumType(ModelSpace, {
  name: 'ModelSpace',
  description: 'Where the task vectors of whole models are merged.',
  valuesConfig: { FULL: { description: 'θ_i − θ_0, tensor by tensor, at full rank.' } },
});

export enum FusedTreatment {
  COMBINED = 'COMBINED',
  MERGED = 'MERGED',
  TIED = 'TIED',
  COPIED = 'COPIED',
}
registerEnumType(FusedTreatment, {
  name: 'FusedTreatment',
  description: 'How a tensor of a fused model was made.',
  valuesConfig: {
    COMBINED: { description: 'A weighted sum of the stored numbers, in float64, rounded once.' },
    MERGED: { description: 'The base plus what the rule made of the dense task vectors.' },
    TIED: { description: 'The same bytes as the tensor that it is tied to.' },
    COPIED: { description: 'The base’s own bytes.' },
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
