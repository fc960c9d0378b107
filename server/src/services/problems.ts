import type { CrucibleError } from '@crucible/engine/errors';
import { Field, InterfaceType, ObjectType } from 'type-graphql';

/** An outcome that a client is expected to handle: what is wrong, where in the request, and what to do. Returned, not thrown. */
@InterfaceType('Problem', { description: 'An outcome that a client is expected to handle.' })
export abstract class Problem {
  @Field(() => String, { description: 'A stable code of the error catalogue.' })
  readonly code: string;

  @Field(() => String, { description: 'What is wrong, and what to do.' })
  readonly message: string;

  @Field(() => [String], { nullable: true, description: 'Where in the input.' })
  readonly path: readonly string[] | null;

  constructor(code: string, message: string, path: readonly (string | number)[] | null = null) {
    this.code = code;
    this.message = message;
    this.path = path === null ? null : path.map(String);
  }
}

@ObjectType({ description: 'One thing that is wrong, and where.' })
export class Issue {
  @Field(() => String)
  readonly code: string;
  @Field(() => String)
  readonly message: string;
  @Field(() => [String])
  readonly path: readonly string[];

  constructor(issue: { readonly code: string; readonly message: string; readonly path: readonly (string | number)[] }) {
    this.code = issue.code;
    this.message = issue.message;
    this.path = issue.path.map(String);
  }
}

type RawIssues = readonly {
  readonly code: string;
  readonly message: string;
  readonly path: readonly (string | number)[];
}[];

/** A problem that is a list of issues: its own message is all of theirs. */
abstract class ProblemWithIssues extends Problem {
  readonly issues: readonly Issue[];

  constructor(code: string, issues: RawIssues) {
    super(code, issues.map(({ message }) => message).join(' '), issues[0]?.path ?? null);
    this.issues = issues.map((issue) => new Issue(issue));
  }
}

@ObjectType({ implements: Problem, description: 'Values that the strategy, the sweep or the training does not take.' })
export class InvalidOptions extends ProblemWithIssues {
  @Field(() => [Issue])
  declare readonly issues: readonly Issue[];

  constructor(issues: RawIssues) {
    super('OPTIONS_INVALID', issues);
  }
}

@ObjectType({ implements: Problem, description: 'These adapters cannot be fused by this strategy in this space.' })
export class IncompatibleAdapters extends ProblemWithIssues {
  @Field(() => [Issue])
  declare readonly issues: readonly Issue[];

  constructor(issues: RawIssues) {
    super('ADAPTERS_INCOMPATIBLE', issues);
  }
}

@ObjectType({ implements: Problem, description: 'These whole models cannot be fused or compared so.' })
export class IncompatibleModels extends ProblemWithIssues {
  @Field(() => [Issue])
  declare readonly issues: readonly Issue[];

  constructor(issues: RawIssues) {
    super('MODELS_INCOMPATIBLE', issues);
  }
}

@ObjectType({
  implements: Problem,
  description: 'The strategy or method is not installed, or its plugin does not work.',
})
export class StrategyUnavailable extends Problem {
  constructor(message: string, path: readonly (string | number)[] = ['strategy']) {
    super('STRATEGY_UNAVAILABLE', message, path);
  }
}

@ObjectType({ implements: Problem, description: 'No object has this id.' })
export class NotFound extends Problem {
  @Field(() => String)
  readonly id: string;

  constructor(kind: string, id: string, path: readonly (string | number)[]) {
    super('NOT_FOUND', `There is no ${kind} with id ${id}; take ids from the API's own answers.`, path);
    this.id = id;
  }
}

@ObjectType({ implements: Problem, description: 'The request asks for more than one request may.' })
export class QuotaExceeded extends Problem {
  @Field(() => Number)
  readonly limit: number;
  @Field(() => Number)
  readonly got: number;

  constructor(what: string, got: number, limit: number, path: readonly (string | number)[]) {
    super('QUOTA_EXCEEDED', `${what}: got ${got}, at most ${limit}; ask for less.`, path);
    this.got = got;
    this.limit = limit;
  }
}

@ObjectType({
  implements: Problem,
  description: 'The files of an adapter cannot be had from where they are said to be, or are no adapter.',
})
export class SourceRefused extends Problem {
  @Field(() => String, { description: 'What to do about it.' })
  readonly remedy: string;

  constructor(error: CrucibleError, path: readonly (string | number)[]) {
    super(error.code, error.message, path);
    this.remedy = error.remedy;
  }
}

@ObjectType({ implements: Problem, description: 'The object is in a state in which this cannot be done.' })
export class NotPossible extends Problem {
  constructor(code: string, message: string) {
    super(code, message, ['id']);
  }
}
