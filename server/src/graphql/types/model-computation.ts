import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum ModelInputKind {
  IMAGES = 'IMAGES',
  TEXT = 'TEXT',
  DECODER = 'DECODER',
}
registerEnumType(ModelInputKind, {
  name: 'ModelInputKind',
  description: 'What a model reads.',
  valuesConfig: {
    IMAGES: { description: 'Images.' },
    TEXT: { description: 'Texts, as token ids.' },
    DECODER: { description: 'Texts that the decoder of an encoder-decoder continues.' },
  },
});

export enum ModelOutputKind {
  EMBEDDING = 'EMBEDDING',
  POOLED = 'POOLED',
  HIDDEN = 'HIDDEN',
  ENCODED = 'ENCODED',
  LOGITS = 'LOGITS',
}
registerEnumType(ModelOutputKind, {
  name: 'ModelOutputKind',
  description: 'What a model gives.',
  valuesConfig: {
    EMBEDDING: { description: 'One vector per example, of which cosines are taken.' },
    POOLED: { description: 'One vector per example, before any projection or classifier.' },
    HIDDEN: { description: 'The last hidden state, one vector per token.' },
    ENCODED: { description: 'The encoder’s hidden state in an encoder-decoder.' },
    LOGITS: { description: 'Logits of classes, or of the tokens of the vocabulary.' },
  },
});

/** Of what `describeComputation` says. */
@ObjectType('ModelComputation', { description: 'What Crucible computes of a model, by its config.json.' })
export class ModelComputation {
  @Field(() => String, { description: 'The family of models whose forward pass it is, such as "clip" or "roberta".' })
  family!: string;

  @Field(() => [ModelInputKind], { description: 'What it reads; of a model of images and texts, one at a time.' })
  reads!: ModelInputKind[];

  @Field(() => [ModelOutputKind], {
    description:
      'What it gives, the usual one first; a classifier that the weights hold adds LOGITS when they are opened.',
  })
  gives!: ModelOutputKind[];

  @Field(() => [String], {
    description: 'What the target modules of an adapter may name: the last parts of the names of its linear layers.',
  })
  targetModules!: string[];

  @Field(() => Int, { description: 'Linear layers that an adapter may be attached to.' })
  linearLayers!: number;

  @Field(() => Int, { nullable: true, description: 'Pixels on a side of the images it reads; none if it reads none.' })
  imageSize!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Tokens of the longest text it reads; none if it reads no text, or of any length.',
  })
  maxTokens!: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens that it knows; none if it reads no text.' })
  vocabulary!: number | null;
}
