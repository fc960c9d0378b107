import { describe, expect, it } from 'vitest';
import { loaderClass } from './loader-class.js';

describe('the class that loads a model under an adapter', () => {
  it.each([
    ['CAUSAL_LM', {}, 'AutoModelForCausalLM'],
    ['SEQ_CLS', { architectures: ['LlamaForCausalLM'] }, 'AutoModelForSequenceClassification'],
    ['FEATURE_EXTRACTION', { architectures: ['LlamaForCausalLM'] }, 'AutoModel'],
    [null, { architectures: ['CLIPVisionModelWithProjection'] }, 'CLIPVisionModelWithProjection'],
    ['constructor', { architectures: ['GPT2LMHeadModel'] }, 'GPT2LMHeadModel'],
    [null, {}, 'AutoModel'],
    [null, { architectures: 'LlamaForCausalLM' }, 'AutoModel'],
    [null, { architectures: ['os; os.system("x") #'] }, 'AutoModel'],
    [null, { architectures: [7] }, 'AutoModel'],
  ])('for %s and %o is %s', (taskType, config, expected) => {
    expect(loaderClass(taskType, config)).toBe(expected);
  });
});
