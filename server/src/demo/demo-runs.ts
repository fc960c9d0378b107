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
 * The four strategies with the options that were chosen on `validation` by the demo's own figures (docs/demo.md): λ from a grid, density as in the TIES paper.
 * LoraHub chooses its coefficients itself, on a few validation examples per class.
 */
const strategies = [
  { title: 'simple average', strategy: { simpleAverage: {} } },
  { title: 'task arithmetic λ=0.2', strategy: { taskArithmetic: { lambda: 0.2 } } },
  { title: 'TIES 20 % λ=0.75', strategy: { ties: { density: 0.2, lambda: 0.75 } } },
  { title: 'LoraHub', strategy: { loraHub: { shots: 2, budget: 60 } } },
];

/** Every strategy for every method; the rows of the table that the start prints. */
export const demoRuns: readonly DemoRun[] = DEMO_METHODS.flatMap((method) =>
  strategies.map(({ title, strategy }) => ({ name: `${method} ${title}`, method, strategy })),
);
