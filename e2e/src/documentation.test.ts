import { existsSync, readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listPages, readCodeBlocks, readLocalLinks } from './harness/code-blocks.js';
import { finishRun } from './harness/fusion.js';
import { RunningSystem } from './harness/running-system.js';

const pages = listPages();
const graphqlBlocks = pages
  .flatMap((page) => readCodeBlocks(page))
  .filter(({ language, info }) => language === 'graphql' && !info.startsWith('needs='));

describe('every page', () => {
  const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));

  it.each(graphqlBlocks.map((block) => [block.where, block.text]))('%s speaks the words of the schema', (_, text) => {
    expect(validate(schema, parse(text))).toEqual([]);
  });

  it.each(pages)('%s links only to files that exist', (page) => {
    expect(readLocalLinks(page).filter((target) => !existsSync(target))).toEqual([]);
  });
});

describe("the README's examples", () => {
  const examples = graphqlBlocks.filter(({ where }) => where.startsWith('README.md'));
  let system: RunningSystem;

  beforeAll(async () => {
    system = await RunningSystem.start({ arguments: ['--load-only'] });
  });
  afterAll(async () => {
    await system.dispose();
  });

  it('are three', () => {
    expect(examples).toHaveLength(3);
  });

  it('work when pasted, one after the other, and what they start succeeds', async () => {
    for (const { where, text } of examples) {
      const answer = await system.client.ask<Record<string, unknown>>(text);
      expect({ where, ...answer }).not.toHaveProperty('errors');
      expect(where + JSON.stringify(answer.data)).not.toMatch(/"code":/);
      for (const [, id] of JSON.stringify(answer.data).matchAll(/"FusionRun","id":"([^"]+)"/g)) {
        expect(await finishRun(system.client, id!)).toMatchObject({ state: 'SUCCEEDED', problem: null });
      }
    }
  });
});
