import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSafetensors } from '../tensors/index.js';

/** Adapters as PEFT 0.21.0 saved them, over a tiny Llama and a tiny GPT-2, and what PEFT makes of them; `golden/peft/README.md` says how they were made. */
export const goldenPeft = fileURLToPath(new URL('../../golden/peft/', import.meta.url));

export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

export interface PeftCase {
  readonly name: string;
  readonly checks: string;
  readonly parameters: {
    readonly combinationType?: string;
    readonly weights?: readonly number[];
    readonly svdRank?: number;
  };
  readonly inputs: { readonly base?: string; readonly adapter?: string; readonly adapters?: readonly string[] };
  readonly expected?: string;
  /** Left out where the reference refuses. */
  readonly tolerance?: {
    readonly delta?: Tolerance;
    readonly rightAnswer?: Tolerance & { readonly relativeFrobenius: number };
  };
  readonly facts?: {
    readonly scale: Readonly<Record<string, number>>;
    readonly rank: Readonly<Record<string, number>>;
    readonly rightAnswer?: 'truth' | 'best_rank' | 'dense_rule';
    readonly peftIsRight?: boolean;
    readonly peftOutputRank?: number;
    readonly peftErrorToTruth?: number;
    readonly peftErrorToRightAnswer?: number;
  };
}

export const peftCases: readonly PeftCase[] = readdirSync(goldenPeft)
  .filter((name) => !name.startsWith('_') && name !== 'README.md')
  .sort()
  .map((name) => JSON.parse(readFileSync(join(goldenPeft, name, 'case.json'), 'utf8')) as PeftCase);

/** A path of a case's inputs. */
export const inputPath = ({ name }: PeftCase, path: string): string => join(goldenPeft, name, path.split('#')[0]!);

/** Tensors of a case's expected file under a prefix, by what follows it. */
export async function readExpected(
  { name }: PeftCase,
  prefix: string,
): Promise<ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>> {
  const file = await openSafetensors(join(goldenPeft, name, 'expected.safetensors'));
  const found = new Map<string, { readonly shape: readonly number[]; readonly values: Float32Array }>();
  for (const { name: tensor, shape } of file.tensors.values()) {
    if (tensor.startsWith(prefix)) {
      found.set(tensor.slice(prefix.length), { shape, values: await file.readFloat32(tensor) });
    }
  }
  await file.close();
  return found;
}

/** Greatest excess of |got - expected| over atol + rtol·|expected|; at most zero if all is within. */
export function excess(got: ArrayLike<number>, expected: ArrayLike<number>, { atol, rtol }: Tolerance): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < got.length; at += 1) {
    worst = Math.max(worst, Math.abs(got[at]! - expected[at]!) - atol - rtol * Math.abs(expected[at]!));
  }
  return worst;
}

/** ‖got - expected‖ / ‖expected‖ over all entries of all pairs. */
export function relativeDistance(pairs: readonly (readonly [ArrayLike<number>, ArrayLike<number>])[]): number {
  let [distance, size] = [0, 0];
  for (const [got, expected] of pairs) {
    for (let at = 0; at < expected.length; at += 1) {
      distance += (got[at]! - expected[at]!) ** 2;
      size += expected[at]! ** 2;
    }
  }
  return Math.sqrt(distance / size);
}
