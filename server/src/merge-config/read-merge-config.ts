import type { Finding, Place } from './finding.js';
import { mergeConfigErrors } from './errors.js';
import { mergeConfigLimits } from './limits.js';
import type { MergeConfig, MergeSource, Settings, SettingRule, SettingValue } from './merge-config.js';
import { parseModelReference, type ModelReference } from './model-reference.js';
import { parseYamlTree, type Tree } from './yaml-tree.js';

type TreeMap = Extract<Tree, { readonly kind: 'MAP' }>;
type Layers = NonNullable<MergeConfig['layers']>;

/** A configuration, or where it stops being one that can be taken. */
export interface MergeConfigReading {
  readonly config?: MergeConfig;
  readonly findings: readonly Finding[];
}

/**
 * Reads a mergekit configuration. Nothing that it says is passed over: what is no part of the language is `REFUSED` with its line, and what is, is in the
 * result. Precedence as in mergekit: a source's parameters, then its slice's, then its module's, then those at the top; within one, the first rule whose
 * filter matches. Source: mergekit, config.py (read in June 2026).
 *
 * @throws MERGE_CONFIG_YAML, MERGE_CONFIG_TOO_LARGE
 */
export function readMergeConfig(text: string): MergeConfigReading {
  const root = parseYamlTree(text);
  const reader = new MergeConfigReader();
  const config = reader.read(asMap(root, 'the configuration'));
  const refused = reader.findings.some(({ severity }) => severity === 'REFUSED');
  return { findings: reader.findings, ...(refused || config === undefined ? {} : { config }) };
}

const TOP = new Set(['merge_method', 'models', 'slices', 'modules', 'base_model', 'parameters']);

class MergeConfigReader {
  readonly findings: Finding[] = [];

  read(root: TreeMap): MergeConfig | undefined {
    const method = root.entries.get('merge_method');
    if (method === undefined) return this.#refuse(root.at, 'merge_method is missing; name the method');
    const bodies = ['models', 'slices', 'modules'].filter((key) => root.entries.has(key));
    if (bodies.length !== 1) {
      const got = bodies.length === 0 ? 'none' : bodies.join(' and ');
      return this.#refuse(root.at, `give exactly one of models, slices, modules; got ${got}`);
    }
    const body = this.#body(bodies[0]!, root.entries.get(bodies[0]!)!);
    const base = root.entries.get('base_model') ?? body?.base;
    if (body === undefined) return undefined;
    return {
      method: { name: text(method, 'merge_method'), at: method.at },
      ...(base && !isNull(base) ? { base: { model: this.#model(base), at: base.at } } : {}),
      sources: body.sources,
      settings: this.#merge(...body.settings, this.#settings(root.entries.get('parameters'))),
      others: [...root.entries].flatMap(([key, value]) =>
        TOP.has(key) ? [] : [{ key, value: describe(value), at: value.at }],
      ),
      ...(body.layers && { layers: body.layers }),
    };
  }

  #body(kind: string, tree: Tree): Body | undefined {
    if (kind === 'models') return { sources: this.#sources(tree), settings: [] };
    if (kind === 'slices') return this.#slices(tree);
    const modules = [...asMap(tree, 'modules').entries];
    const [only] = modules;
    if (only === undefined || modules.length > 1) {
      const names = modules.map(([name]) => name).join(', ') || 'none';
      return this.#refuse(tree.at, `modules: one module is taken, got ${names}; a base of several is not merged here`);
    }
    const module = asMap(only[1], `modules.${only[0]}`);
    const slices = module.entries.get('slices');
    const models = module.entries.get('models');
    const body = slices ? this.#slices(slices) : models ? { sources: this.#sources(models), settings: [] } : undefined;
    if (body === undefined) return this.#refuse(module.at, `modules.${only[0]}: slices or models are missing`);
    return { ...body, settings: [...body.settings, this.#settings(module.entries.get('parameters'))] };
  }

  #slices(tree: Tree): Body | undefined {
    const slices = asList(tree, 'slices');
    const [only] = slices;
    if (only === undefined || slices.length > 1) {
      return this.#refuse(
        tree.at,
        `slices: ${slices.length} of them stack layers into another depth, which adapters of one base cannot follow; one slice over all layers is taken`,
      );
    }
    const slice = asMap(only, 'slices.0');
    const sources = slice.entries.get('sources');
    if (sources === undefined) return this.#refuse(slice.at, 'slices.0: sources are missing');
    const ranges = asList(sources, 'sources').map((source) => this.#layers(asMap(source, 'a source')));
    const [layers] = ranges;
    const other = ranges.find((range) => range?.from !== layers?.from || range?.to !== layers?.to);
    if (layers && other) this.#refuse(other.at, 'layer_range: the sources of a slice take different layers');
    if (layers && layers.from !== 0)
      this.#refuse(layers.at, 'layer_range: a slice that leaves out layers is not taken');
    const base = slice.entries.get('base_model');
    return {
      sources: this.#sources(sources),
      settings: [this.#settings(slice.entries.get('parameters'))],
      ...(layers && { layers }),
      ...(base && { base }),
    };
  }

  #layers(source: TreeMap): Layers | undefined {
    const range = source.entries.get('layer_range');
    if (range === undefined || isNull(range)) return undefined;
    const bounds = asList(range, 'layer_range').map((bound) => (bound.kind === 'SCALAR' ? bound.value : null));
    const [from, to] = bounds;
    if (bounds.length !== 2 || !isWhole(from) || !isWhole(to) || to <= from) {
      return this.#refuse(range.at, `layer_range: expected [first, last + 1], got ${describe(range)}`);
    }
    return { from, to, at: range.at };
  }

  #sources(tree: Tree): readonly MergeSource[] {
    const items = asList(tree, 'models');
    if (items.length > mergeConfigLimits.models) {
      throw mergeConfigErrors.tooLarge({ what: 'models', got: items.length, limit: mergeConfigLimits.models });
    }
    if (items.length === 0) this.#refuse(tree.at, 'no models are given');
    return items.map((item) => {
      const source = asMap(item, 'a model');
      const model = source.entries.get('model');
      for (const [key, value] of source.entries) {
        if (!['model', 'parameters', 'layer_range'].includes(key)) {
          this.#refuse(value.at, `"${key}" is no key of a model; it has model, parameters and layer_range`);
        }
      }
      if (model === undefined) this.#refuse(source.at, 'a model has no "model"');
      return {
        model: model === undefined ? parseModelReference('') : this.#model(model),
        at: source.at,
        settings: this.#settings(source.entries.get('parameters')),
      };
    });
  }

  #model(tree: Tree): ModelReference {
    if (tree.kind !== 'MAP') return parseModelReference(text(tree, 'model'));
    // The long form: { model: { path, revision }, lora: { path, revision } }.
    const path = (part: Tree | undefined): string => {
      if (part === undefined || isNull(part)) return '';
      if (part.kind !== 'MAP') return text(part, 'path');
      const revision = part.entries.get('revision');
      const name = part.entries.get('path');
      if (name === undefined) this.#refuse(part.at, 'a model has no path');
      return `${name ? text(name, 'path') : ''}${revision && !isNull(revision) ? `@${text(revision, 'revision')}` : ''}`;
    };
    const lora = path(tree.entries.get('lora'));
    return parseModelReference(`${path(tree.entries.get('model'))}${lora === '' ? '' : `+${lora}`}`);
  }

  #settings(tree: Tree | undefined): Settings {
    if (tree === undefined || isNull(tree)) return new Map();
    return new Map([...asMap(tree, 'parameters').entries].map(([name, value]) => [name, this.#rules(name, value)]));
  }

  #rules(name: string, tree: Tree): readonly SettingRule[] {
    const conditional = tree.kind === 'LIST' && tree.items.some(({ kind }) => kind === 'MAP');
    if (!conditional) return [{ value: this.#value(name, tree), at: tree.at }];
    if (tree.items.length > mergeConfigLimits.rules) {
      throw mergeConfigErrors.tooLarge({ what: 'rules', got: tree.items.length, limit: mergeConfigLimits.rules });
    }
    return tree.items.map((item) => {
      const rule = asMap(item, `${name}: a rule`);
      const value = rule.entries.get('value');
      const filter = rule.entries.get('filter');
      if (value === undefined) this.#refuse(rule.at, `${name}: a rule has no value`);
      const words = filter === undefined || isNull(filter) ? '*' : text(filter, 'filter');
      return {
        ...(words === '*' ? {} : { filter: words }),
        value: value === undefined ? 0 : this.#value(name, value),
        at: rule.at,
      };
    });
  }

  #value(name: string, tree: Tree): SettingValue {
    const items = tree.kind === 'LIST' ? tree.items : [tree];
    const values = items.map((item) => {
      if (item.kind === 'SCALAR' && item.value !== null) return item.value;
      this.#refuse(item.at, `${name}: expected a number, got ${describe(item)}`);
      return 0;
    });
    if (values.length === 0) this.#refuse(tree.at, `${name}: an empty list says nothing`);
    return tree.kind === 'LIST' ? values : values[0]!;
  }

  /** Rules of the nearer place come first, so that they win. */
  #merge(...levels: readonly Settings[]): Settings {
    const merged = new Map<string, readonly SettingRule[]>();
    for (const level of levels) {
      for (const [name, rules] of level) merged.set(name, [...(merged.get(name) ?? []), ...rules]);
    }
    return merged;
  }

  #refuse(at: Place, message: string): undefined {
    this.findings.push({ ...at, severity: 'REFUSED', message });
    return undefined;
  }
}

interface Body {
  readonly sources: readonly MergeSource[];
  readonly settings: readonly Settings[];
  readonly layers?: Layers;
  readonly base?: Tree;
}

const isNull = (tree: Tree): boolean => tree.kind === 'SCALAR' && tree.value === null;
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

function asMap(tree: Tree, what: string): TreeMap {
  if (tree.kind === 'MAP') return tree;
  throw mergeConfigErrors.yaml({ ...tree.at, problem: `${what}: expected keys and values, got ${describe(tree)}` });
}

function asList(tree: Tree, what: string): readonly Tree[] {
  if (tree.kind === 'LIST') return tree.items;
  throw mergeConfigErrors.yaml({ ...tree.at, problem: `${what}: expected a list, got ${describe(tree)}` });
}

function text(tree: Tree, what: string): string {
  if (tree.kind === 'SCALAR' && tree.value !== null) return String(tree.value);
  throw mergeConfigErrors.yaml({ ...tree.at, problem: `${what}: expected text, got ${describe(tree)}` });
}

/** Short, for messages. */
function describe(tree: Tree): string {
  if (tree.kind === 'SCALAR') return JSON.stringify(tree.value);
  if (tree.kind === 'LIST') return `[${tree.items.slice(0, 8).map(describe).join(', ')}]`;
  return `{ ${[...tree.entries.keys()].slice(0, 8).join(', ')} }`;
}
