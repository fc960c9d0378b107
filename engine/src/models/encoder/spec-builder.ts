import type { ParameterSpec } from '../model.js';
import type { LinearShape } from '../vision-parameters.js';
import type { EncoderLayerNames } from './encoder-layer.js';

/** Collects a family's parameters in the order of the forward pass, and which of them are linear layers. */
export class SpecBuilder {
  readonly specs = new Map<string, ParameterSpec>();
  readonly linears = new Map<string, LinearShape>();

  tensor(name: string, shape: readonly number[], more: Omit<ParameterSpec, 'shape'> = {}): this {
    this.specs.set(name, { shape, ...more });
    return this;
  }

  norm(name: string, width: number, more: Omit<ParameterSpec, 'shape' | 'aliases'> = {}): this {
    // As TensorFlow named them, and the BERT checkpoints of 2018 still do.
    this.tensor(`${name}.weight`, [width], { ...more, aliases: [`${name}.gamma`] });
    return this.tensor(`${name}.bias`, [width], { ...more, aliases: [`${name}.beta`] });
  }

  linear(name: string, out: number, input: number, options: { readonly bias?: boolean } = {}): this {
    this.linears.set(name, { outFeatures: out, inFeatures: input });
    this.tensor(`${name}.weight`, [out, input]);
    return options.bias === false ? this : this.tensor(`${name}.bias`, [out]);
  }

  encoderLayer(
    names: EncoderLayerNames,
    { hiddenSize: d, intermediateSize: m }: { readonly hiddenSize: number; readonly intermediateSize: number },
    { projectionBias = true }: { readonly projectionBias?: boolean } = {},
  ): this {
    this.norm(names.attentionNorm, d);
    for (const part of [names.query, names.key, names.value]) this.linear(part, d, d, { bias: projectionBias });
    this.linear(names.attended, d, d);
    return this.norm(names.mlpNorm, d).linear(names.up, m, d).linear(names.down, d, m);
  }
}
