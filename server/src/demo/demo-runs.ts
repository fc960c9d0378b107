/** One fusion of the demo: a method's adapters under one strategy. */
export interface DemoRun {
  /** The run's name in the database: what a second start finds it by. */
  readonly name: string;
  readonly method: string;
  /** The value of `FuseInput.strategy`. */
  readonly strategy: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const DEMO_METHODS = ['LORA', 'L_LORA'] as const;

/**
 * The four strategies. λ is what a sweep over the seven adapters chose on `validation` (500 images a task), the same for both methods: task arithmetic from 0.12, 0.143,
 * 0.16, 0.18; TIES, at the density of its paper, from 0.4, 0.55, 0.7, 0.9. LoraHub chooses its coefficients itself, on two validation images per class.
 */
const strategies = [
  { title: 'simple average', strategy: { simpleAverage: {} } },
  { title: 'task arithmetic λ=0.16', strategy: { taskArithmetic: { lambda: 0.16 } } },
  { title: 'TIES 20 % λ=0.7', strategy: { ties: { density: 0.2, lambda: 0.7 } } },
  { title: 'LoraHub', strategy: { loraHub: { shots: 2, budget: 40 } } },
];

/** Every strategy for every method; the rows of the table that the start prints. */
export const demoRuns: readonly DemoRun[] = DEMO_METHODS.flatMap((method) =>
  strategies.map(({ title, strategy }) => ({ name: `${method} ${title}`, method, strategy })),
);
