import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { generated, stale } from '../../scripts/generate.ts';
import { ROOT, readText } from '../../scripts/modules.ts';
import { flowSchema, settingsSchema } from '../../scripts/schemas.ts';
import { FlowSource, STEP_KINDS, StepSource } from '../../src/flow/definition.ts';
import { loadExpressions } from '../../src/flow/expression.ts';
import { lintFlow } from '../../src/flow/lint.ts';
import { parseFlow } from '../../src/flow/load.ts';
import { VARIABLE_NAMES } from '../../src/flow/variables.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { createLogger } from '../../src/kit/log.ts';
import { Redactor } from '../../src/kit/redact.ts';
import { Registry } from '../../src/kit/registry.ts';
import { modules } from '../../tools/modules.ts';

const pages = [
  'README.md',
  'AGENTS.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Code blocks of a kind, such as ```yaml flow. */
function blocks(page: string, kind: string): string[] {
  const fence = new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...readText(page).matchAll(fence)].map((match) => match[1] ?? '');
}

/** Examples of single steps are read inside this flow. */
const FRAME = `flow: example
title: Example
inputs: { release: { example: 4.20.27 } }
key: =inputs.release
phases: { tests: Tests }
steps:
`;

const flows = blocks('docs/flows.md', 'yaml flow');
const steps = blocks('docs/flows.md', 'yaml steps');

/** Names of the properties anywhere in a JSON Schema. */
function propertyNames(schema: unknown): string[] {
  if (schema === null || typeof schema !== 'object') return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    const own = key === 'properties' && value !== null && typeof value === 'object' ? Object.keys(value) : [];
    return [...own, ...propertyNames(value)];
  });
}

describe('docs/flows.md', () => {
  it('has examples', () => {
    expect(flows.length).toBeGreaterThan(0);
    expect(steps.length).toBeGreaterThan(4);
  });

  it.each(flows.map((text, index) => [index + 1, text] as const))('flow %i is sound', async (_, text) => {
    const services = {
      clock: systemClock,
      redactor: new Redactor(),
      log: createLogger(),
      callLimitMs: 1_000,
    };
    const registry = new Registry(modules, {}, services);
    const flow = parseFlow(text, 'docs/flows.md');
    expect(lintFlow(flow, registry, await loadExpressions(), new Map([[flow.flow, flow]]))).toEqual([]);
  });

  it.each(steps.map((text, index) => [index + 1, text] as const))('steps %i can be read', (_, text) => {
    const indented = text.replaceAll(/^(?=.)/gm, '  ');
    expect(parseFlow(`${FRAME}${indented}`, 'docs/flows.md').steps.length).toBeGreaterThan(0);
  });

  it('explains every key, kind and variable', () => {
    const page = readText('docs/flows.md');
    const names = new Set([...propertyNames(flowSchema()), ...STEP_KINDS, ...VARIABLE_NAMES]);
    expect(
      [...names].filter((name) => !page.includes(`\`${name}\``) && !page.includes(`\`${name}:`)),
    ).toEqual([]);
    expect(Object.keys(FlowSource.shape).length + Object.keys(StepSource.shape).length).toBeGreaterThan(20);
  });
});

describe('docs', () => {
  it('are generated anew after a change', () => {
    expect(generated().size).toBeGreaterThan(3);
    expect(stale()).toEqual([]);
  });

  it.each(pages)('%s links to what is there', (page) => {
    const links = [...readText(page).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)].map(
      (match) => match[1] ?? '',
    );
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });

  it.each(pages)('%s names no place of one machine', (page) => {
    expect(readText(page)).not.toMatch(/\/work\/|\/root\/|\/home\/\w|\.\.\/shared/);
  });

  it('keep AGENTS.md short', () => {
    expect(readText('AGENTS.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });
});

describe('published schemas', () => {
  const read = (schema: Record<string, unknown>) => z.fromJSONSchema(schema);
  const flow = parse(readText('skills/z-stream/flow.yaml'));
  const settings = {
    sandbox: true,
    identity: 'lead@example.com',
    modules: { errata: { base_url: 'https://errata.example.com', token: 'env:ERRATA_TOKEN' } },
    statebox: { source: 'directory', path: '/srv/records' },
  };

  it('take the flow that ships, and refuse a key that is unknown', () => {
    expect(read(flowSchema()).safeParse(flow).error).toBeUndefined();
    expect(read(flowSchema()).safeParse({ ...flow, stepz: {} }).success).toBe(false);
  });

  it('take settings, and refuse what is unknown or missing in a module', () => {
    const schema = read(settingsSchema(modules));
    expect(schema.safeParse(settings).error).toBeUndefined();
    expect(schema.safeParse({ ...settings, modulez: {} }).success).toBe(false);
    expect(schema.safeParse({ ...settings, modules: { errrata: {} } }).success).toBe(false);
    expect(
      schema.safeParse({ ...settings, modules: { errata: { base_url: 'https://e.example.com' } } }).success,
    ).toBe(false);
    expect(schema.safeParse({ ...settings, statebox: { source: 'ftp' } }).success).toBe(false);
  });
});
