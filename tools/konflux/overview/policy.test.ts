import { describe, expect, it } from 'vitest';
import { world } from '../releases/testing/world.ts';
import { corpusObject, needsCorpus, noCorpus } from '../snapshots/testing/corpus.ts';

const policy = (volatileConfig: object) => ({
  apiVersion: 'appstudio.redhat.com/v1alpha1',
  kind: 'EnterpriseContractPolicy',
  metadata: { name: 'registry-standard', namespace: 'managed-demo-tenant' },
  spec: {
    description: 'What everything has to fulfil',
    publicKey: 'k8s://openshift-pipelines/public-key',
    identity: { issuerRegExp: '^https://issuer', subject: 'builder@example.com' },
    configuration: { include: ['@slsa3'], exclude: ['step_image_registries'] },
    sources: [
      {
        name: 'Release Policies',
        policy: ['oci::quay.io/demo-org/release-policy:latest'],
        data: ['oci::quay.io/demo-org/data:latest'],
        ruleData: { allowed_registry_prefixes: ['quay.io/'] },
        config: { include: ['@demo'], exclude: ['cve.cve_blockers'] },
        volatileConfig,
      },
    ],
  },
});
const EXCEPTIONS = {
  exclude: [
    { value: 'without.end' },
    { value: 'ended', effectiveUntil: '2026-01-10T00:00:00Z' },
    { value: 'ends.later', effectiveUntil: '2026-03-01T00:00:00Z', imageUrl: 'quay.io/demo-org/x' },
    {
      value: 'ends.soon',
      effectiveOn: '2026-01-01T00:00:00Z',
      effectiveUntil: '2026-01-18T00:00:00Z',
      reference: 'https://issues.example.com/DEMO-7',
    },
  ],
  include: [{ value: 'begins', effectiveOn: '2026-02-01T00:00:00Z', effectiveUntil: '2026-02-03T00:00:00Z' }],
};
const GIVEN = { name: 'registry-standard', namespace: 'managed-demo-tenant' };

describe('konflux_policy_get', () => {
  it('tells sources, rules, and when each exception ends', async () => {
    await using w = await world({ objects: [policy(EXCEPTIONS)] });
    expect(await w.read('konflux_policy_get', GIVEN)).toMatchInlineSnapshot(`
      {
        "archived": false,
        "collections": [],
        "description": "What everything has to fulfil",
        "exceptions": [
          {
            "effect": "exclude",
            "ends": "This exception ends on 2026-01-18, in 2d 12h.",
            "from": "2026-01-01T00:00:00Z",
            "reference": "https://issues.example.com/DEMO-7",
            "rule": "ends.soon",
            "source": "Release Policies",
            "state": "active",
            "until": "2026-01-18T00:00:00Z",
          },
          {
            "effect": "exclude",
            "ends": "This exception ends on 2026-03-01, in 44d 12h.",
            "from": null,
            "image": "quay.io/demo-org/x",
            "rule": "ends.later",
            "source": "Release Policies",
            "state": "active",
            "until": "2026-03-01T00:00:00Z",
          },
          {
            "effect": "exclude",
            "ends": "This exception has no end.",
            "from": null,
            "rule": "without.end",
            "source": "Release Policies",
            "state": "active",
            "until": null,
          },
          {
            "effect": "include",
            "ends": "This exception begins on 2026-02-01 and ends on 2026-02-03, in 18d 12h.",
            "from": "2026-02-01T00:00:00Z",
            "rule": "begins",
            "source": "Release Policies",
            "state": "not_yet",
            "until": "2026-02-03T00:00:00Z",
          },
          {
            "effect": "exclude",
            "ends": "This exception ended on 2026-01-10.",
            "from": null,
            "rule": "ended",
            "source": "Release Policies",
            "state": "ended",
            "until": "2026-01-10T00:00:00Z",
          },
        ],
        "exclude": [
          "step_image_registries",
        ],
        "identity": {
          "issuer": "/^https://issuer/",
          "subject": "builder@example.com",
        },
        "include": [
          "@slsa3",
        ],
        "name": "registry-standard",
        "namespace": "managed-demo-tenant",
        "public_key": "k8s://openshift-pipelines/public-key",
        "rekor_url": null,
        "sources": [
          {
            "data": [
              "oci::quay.io/demo-org/data:latest",
            ],
            "exclude": [
              "cve.cve_blockers",
            ],
            "include": [
              "@demo",
            ],
            "name": "Release Policies",
            "policy": [
              "oci::quay.io/demo-org/release-policy:latest",
            ],
            "rule_data_keys": [
              "allowed_registry_prefixes",
            ],
          },
        ],
        "summary": "registry-standard takes rules from 1 source and excludes 2 for good. Exceptions for a time that hold now: 3. Next to end: ends.soon on 2026-01-18.",
        "truncated": false,
      }
    `);
  });

  it('says when no exception holds', async () => {
    await using w = await world({ objects: [policy({})] });
    expect(await w.read('konflux_policy_get', GIVEN)).toMatchObject({
      exceptions: [],
      summary:
        'registry-standard takes rules from 1 source and excludes 2 for good. No exception for a time holds now.',
    });
  });

  it('that is not there names near ones; a closed namespace is forbidden', async () => {
    await using w = await world({ objects: [policy({})] });
    await expect(w.read('konflux_policy_get', { ...GIVEN, name: 'registry' })).rejects.toMatchObject({
      code: 'not_found',
      remedy: 'Near names: registry-standard.',
    });
    const forbidden = [{ resource: 'enterprisecontractpolicies', namespace: 'managed-demo-tenant' }];
    await using closed = await world({ objects: [policy({})], forbidden });
    await expect(closed.read('konflux_policy_get', GIVEN)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it.skipIf(noCorpus)(`as recorded ${needsCorpus}`, async () => {
    await using w = await world({ objects: [corpusObject('enterprisecontractpolicy') as object] });
    expect(await w.read('konflux_policy_get', GIVEN)).toMatchObject({
      sources: [{ include: ['@redhat'], exclude: ['cve.cve_blockers'] }],
      exceptions: [],
    });
  });
});
