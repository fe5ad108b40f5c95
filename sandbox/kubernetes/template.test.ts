import { describe, expect, it } from 'vitest';
import { suffix, uuid } from './names.ts';
import { filled } from './template.ts';

const scope = {
  metadata: { name: 'x', labels: { 'a.b/c': 'd' }, created: '2026-06-25T12:00:00Z' },
  spec: { replicas: 3, duration: '1h30m' },
};

it.each([
  ['{{ metadata.name }}-1', 'x-1'],
  ['{{ metadata.labels[a.b/c] }}', 'd'],
  ['{{ spec.replicas }}', 3],
  ['{{ spec.replicas }} of {{ spec.replicas }}', '3 of 3'],
  ['{{ metadata.created + spec.duration }}', '2026-06-25T13:30:00Z'],
  ['{{ metadata.created + 10s }}', '2026-06-25T12:00:10Z'],
  ['[{"a":"{{ metadata.name }}"}]', '[{"a":"x"}]'],
  [{ '{{ metadata.name }}': ['{{ metadata.name }}', 1, null] }, { x: ['x', 1, null] }],
])('fills in %j', (text, expected) => expect(filled(text, scope)).toEqual(expected));

it.each([
  ['{{ metadata.nothing }}', /says nothing/],
  ['{{ metadata.name + spec.duration }}', /no instant and a duration/],
  ['{{ metadata.created + metadata.name }}', /no instant and a duration/],
])('refuses %j', (text, why) => expect(() => filled(text, scope)).toThrow(why));

describe('names', () => {
  it('are the same from the same seed', () => {
    expect(suffix('a')).toBe(suffix('a'));
    expect(suffix('a')).not.toBe(suffix('b'));
    expect(suffix('a')).toMatch(/^[a-z0-9]{5}$/);
    expect(uuid('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuid('a')).not.toBe(uuid('b'));
  });
});
