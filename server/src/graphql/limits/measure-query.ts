import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isInterfaceType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { requestLimits } from './request-limits.js';

export interface QueryMeasure {
  readonly depth: number;
  readonly aliases: number;
  /** Objects that the answer could hold. */
  readonly cost: number;
}

const NOTHING: QueryMeasure = { depth: 0, aliases: 0, cost: 0 };

/**
 * Bounds an operation's answer from its text alone, in time linear in the text: each fragment is measured once per type it stands on, so
 * fragments that spread each other cannot make the measuring itself the attack.
 *
 * A field of an object costs 1 plus its selections; a list multiplies by its page size (`first`, `page.limit`, or the default), and the
 * `edges` and `nodes` of a connection by 1, for the connection has already multiplied. Introspection is free: graphql-js bounds it.
 * The document must have passed validation, which refuses fragment cycles and unknown fields.
 */
export function measureQuery(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): QueryMeasure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, QueryMeasure>();

  function measureSet(set: SelectionSetNode, parent: GraphQLNamedType | undefined): QueryMeasure {
    let total = NOTHING;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) total = sum(total, measureField(selection, parent));
      else if (selection.kind === Kind.FRAGMENT_SPREAD) total = sum(total, measureFragment(selection.name.value));
      else {
        const condition = selection.typeCondition?.name.value;
        total = sum(total, measureSet(selection.selectionSet, condition ? schema.getType(condition) : parent));
      }
    }
    return total;
  }

  function measureFragment(name: string): QueryMeasure {
    const known = measured.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    if (!fragment) return NOTHING;
    const measure = measureSet(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value));
    measured.set(name, measure);
    return measure;
  }

  function measureField(node: FieldNode, parent: GraphQLNamedType | undefined): QueryMeasure {
    const name = node.name.value;
    const aliases = node.alias ? 1 : 0;
    if (name.startsWith('__')) return { depth: 1, aliases, cost: 0 };
    const field = isComposite(parent) ? parent.getFields()[name] : undefined;
    if (!node.selectionSet || !field || !isCompositeType(getNamedType(field.type)))
      return { depth: 1, aliases, cost: 0 };
    const inner = measureSet(node.selectionSet, getNamedType(field.type));
    const items = itemsOf(node, field.type, parent);
    return { depth: 1 + inner.depth, aliases: aliases + inner.aliases, cost: items * (1 + inner.cost) };
  }

  function itemsOf(node: FieldNode, type: GraphQLOutputType, parent: GraphQLNamedType | undefined): number {
    const typeName = getNamedType(type).name;
    if (typeName.endsWith('Connection')) return pageSize(node);
    if (!isListType(getNullableType(type))) return 1;
    if (parent?.name.endsWith('Connection')) return 1;
    const isPaged =
      isComposite(parent) && parent.getFields()[node.name.value]?.args.some(({ name }) => name === 'first');
    return isPaged ? pageSize(node) : requestLimits.plainListItems;
  }

  function pageSize(node: FieldNode): number {
    const read = (value: ValueNode | undefined): unknown => {
      if (value?.kind === Kind.INT) return Number(value.value);
      if (value?.kind === Kind.OBJECT) return read(value.fields.find(({ name }) => name.value === 'limit')?.value);
      if (value?.kind !== Kind.VARIABLE) return undefined;
      const variable = value.name.value;
      const given = variables[variable];
      if (given !== undefined && given !== null) {
        return typeof given === 'object' && 'limit' in given ? given.limit : given;
      }
      return read(operation.variableDefinitions?.find((one) => one.variable.name.value === variable)?.defaultValue);
    };
    const argument = (name: string): ValueNode | undefined =>
      node.arguments?.find((one) => one.name.value === name)?.value;
    const size = read(argument('first')) ?? read(argument('page'));
    // A size out of range is refused by the field itself, with a better sentence; it must not pass here as free.
    return typeof size === 'number' && size >= 1 ? Math.min(size, requestLimits.maxPage) : requestLimits.defaultPage;
  }

  return measureSet(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined);
}

const sum = (a: QueryMeasure, b: QueryMeasure): QueryMeasure => ({
  depth: Math.max(a.depth, b.depth),
  aliases: a.aliases + b.aliases,
  cost: a.cost + b.cost,
});

const isComposite = (type: GraphQLNamedType | undefined): type is GraphQLObjectType | GraphQLInterfaceType =>
  isObjectType(type) || isInterfaceType(type);
