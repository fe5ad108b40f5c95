import { describe, expect, it } from 'vitest';
import { ANNOTATION, LABEL } from '../resources/common.ts';
import { answeredBy, BUILDABLE, buildsOf, isRequested, requestFor } from './build-request.ts';
import { runOf } from './testing/objects.ts';

const component = (spec: object = {}, annotations: Record<string, string> = {}) =>
  BUILDABLE.schema.parse({
    metadata: { name: 'demo-backend', annotations },
    spec: {
      application: 'demo-app',
      source: { git: { url: 'https://example.com/x', revision: 'main' } },
      ...spec,
    },
  });
const versioned = (...names: string[]) => ({
  source: {
    url: 'https://example.com/x',
    versions: names.map((name) => ({ name, revision: `release-${name}` })),
  },
});
const annotated = (value: string) => component({}, { [ANNOTATION.buildRequest]: value });

describe('how a component is asked for a build', () => {
  it('by its annotation', () => {
    expect(requestFor(component(), undefined)).toEqual({
      patch: { metadata: { annotations: { 'build.appstudio.openshift.io/request': 'trigger-pac-build' } } },
      version: undefined,
      branch: 'main',
    });
  });

  it('by an action where it has versions; the only one need not be named', () => {
    expect(requestFor(component(versioned('v1', 'v2')), 'v2')).toEqual({
      patch: { spec: { actions: { 'trigger-push-build': 'v2' } } },
      version: 'v2',
      branch: 'release-v2',
    });
    expect(requestFor(component(versioned('v1')), undefined).version).toBe('v1');
  });

  it.each([
    [versioned('v1', 'v2'), undefined, 'v1, v2'],
    [versioned('v1', 'v2'), 'v', 'v1, v2'],
    [{}, 'v1', 'Leave out'],
  ])('%j and version %s is refused with what there is', (spec, version, remedy) => {
    expect(() => requestFor(component(spec), version)).toThrow(
      expect.objectContaining({ code: 'invalid_input', remedy: expect.stringContaining(remedy) }),
    );
  });

  it('a component that nothing builds is refused; a status that cannot be read says nothing', () => {
    const status = (text: string) => component({}, { [ANNOTATION.buildStatus]: text });
    expect(() => requestFor(status('{"pac":{"state":"disabled"}}'), undefined)).toThrow(
      expect.objectContaining({ code: 'precondition' }),
    );
    for (const text of ['{"pac":{"state":"enabled"}}', '{"pac":{"state":"error"}}', 'oops', '[]'])
      expect(requestFor(status(text), undefined).patch).toBeDefined();
  });
});

describe('whether it is asked already', () => {
  const request = requestFor(component(), undefined);

  it('by the annotation that its controller has not taken', () => {
    expect(isRequested(component(), request)).toBe(false);
    expect(isRequested(annotated('trigger-pac-build'), request)).toBe(true);
  });

  it('another request is waited for, never overwritten', () => {
    expect(() => isRequested(annotated('configure-pac'), request)).toThrow(
      expect.objectContaining({ code: 'blocked', message: expect.stringContaining('configure-pac') }),
    );
    const v1 = component({ ...versioned('v1', 'v2'), actions: { 'trigger-push-build': 'v1' } });
    expect(isRequested(v1, requestFor(v1, 'v1'))).toBe(true);
    expect(() => isRequested(v1, requestFor(v1, 'v2'))).toThrow(/another request/);
    const both = component({ ...versioned('v1', 'v2'), actions: { 'trigger-push-builds': ['v1', 'v2'] } });
    expect(isRequested(both, requestFor(both, 'v2'))).toBe(true);
  });
});

it('builds of pull requests and of other branches are none of a branch', () => {
  const request = requestFor(component(), undefined);
  const names = buildsOf(
    [
      runOf({ name: 'push', labels: { [LABEL.eventType]: 'push', [LABEL.pullRequest]: '7' } }),
      runOf({ name: 'asked', labels: { [LABEL.eventType]: 'incoming' } }),
      runOf({ name: 'pull', labels: { [LABEL.eventType]: 'pull_request', [LABEL.pullRequest]: '8' } }),
      runOf({ name: 'merge', labels: { [LABEL.eventType]: 'Merge_Request' } }),
      runOf({
        name: 'comment',
        labels: { [LABEL.eventType]: 'retest-all-comment', [LABEL.pullRequest]: '8' },
      }),
      runOf({ name: 'other', annotations: { 'build.appstudio.redhat.com/target_branch': 'release-1' } }),
      runOf({ name: 'same', annotations: { 'pipelinesascode.tekton.dev/branch': 'refs/heads/main' } }),
    ],
    request,
  ).map(({ metadata }) => metadata.name);
  expect(names).toEqual(['push', 'asked', 'same']);
});

describe('which build answers a request', () => {
  const at = (minute: number, outcome?: string) =>
    runOf({
      name: `b${minute}`,
      created: `2026-01-15T10:0${minute}:00Z`,
      ...(outcome === undefined ? {} : { outcome }),
    });
  const since = '2026-01-15T10:01:00Z';
  const answer = (attempt: number, ...builds: ReturnType<typeof at>[]) =>
    answeredBy(builds, since, attempt)?.metadata.name;

  it('one that was created later', () => {
    expect(answer(1)).toBeUndefined();
    expect(answer(1, at(1))).toBeUndefined();
    expect(answer(1, at(2), at(1))).toBe('b2');
    expect(answer(1, at(2, 'False/Failed'), at(1))).toBe('b2');
  });

  it('a second attempt is answered by a second one, unless the first lives or has succeeded', () => {
    expect(answer(2, at(2, 'False/Failed'))).toBeUndefined();
    expect(answer(2, at(3, 'False/Failed'), at(2, 'False/Failed'))).toBe('b3');
    expect(answer(2, at(2, 'Unknown/Running'))).toBe('b2');
    expect(answer(2, at(2, 'True/Completed'))).toBe('b2');
  });
});
