import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const SHA256 = /^[0-9a-f]{64}$/;

/** The SHA-256 of some bytes as 64 lower-case hexadecimal digits, and nothing else: a digest is compared as text. */
export const Sha256 = new GraphQLScalarType<string, string>({
  name: 'Sha256',
  description: 'A SHA-256 digest: 64 lower-case hexadecimal digits.',
  serialize: check,
  parseValue: check,
  parseLiteral: (node) => check(node.kind === Kind.STRING ? node.value : undefined),
});

function check(value: unknown): string {
  if (typeof value === 'string' && SHA256.test(value)) return value;
  throw new GraphQLError(`Sha256 is 64 lower-case hexadecimal digits, got ${JSON.stringify(value)}`);
}
