import { z } from 'zod';
import { SecretRef } from '../../src/kit/secret.ts';
import { RegistrySettings } from '../quay/client.ts';
import { OnQaSettings } from './discovery/notify-settings.ts';
import { SourceSettings } from './sources/settings.ts';

const Place = z.url({ protocol: /^https?$/ });

export const OarSettings = z.object({
  signature_url: Place.optional().meta({
    description: 'Folder of payload signatures; below it stand sha256=<hex>/signature-1.',
  }),
  portal_url: Place.optional().meta({ description: 'Customer portal; below it stand errata/<advisory>.' }),
  trackers_url: Place.optional().meta({
    description: 'Service that lists the CVE tracker bugs of a release.',
  }),
  trackers_token: SecretRef.optional().meta({ description: 'Sent to trackers_url as a bearer token.' }),
  catalog_url: Place.optional().meta({
    description: 'Container catalog, up to the version of its API: below it stands images?filter=….',
  }),
  pyxis_url: Place.optional().meta({ description: 'The same of stage: grades and vulnerabilities.' }),
  brew_url: Place.optional().meta({
    description: 'Files of Brew; below it stand packages/<name>/<version>/<release>/metadata.json.',
  }),
  koji_url: Place.optional().meta({ description: "Brew's web; below it stands buildinfo?buildID=<nvr>." }),
  registries: RegistrySettings.default({}).meta({
    description: 'By the host in pull specs: where that registry is reached, and as whom.',
  }),
  artifacts_url: Place.optional().meta({
    description: 'Artifact store of the test jobs (JSON API), e.g. https://storage.googleapis.com.',
  }),
  artifacts_token: SecretRef.optional().meta({ description: 'Sent to artifacts_url as a bearer token.' }),
  payload_repository: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.:/_-]*[a-z0-9]$/, 'a repository without a tag')
    .default('quay.io/openshift-release-dev/ocp-release')
    .meta({ description: 'Where payloads are; the tag is <release>-x86_64.' }),
  signature_keys: z.array(z.string().min(1)).default([]).meta({
    description: 'Files with armored OpenPGP public keys; without any, signatures are not verified.',
  }),
  architectures: z
    .array(z.enum(['x86_64', 'aarch64', 'ppc64le', 's390x', 'multi']))
    .min(1)
    .default(['x86_64'])
    .meta({ description: 'Whose payloads have to be signed; the first one is the release itself.' }),
  statebox: SourceSettings.optional().meta({ description: 'Holds the StateBox files.' }),
  tracking: SourceSettings.optional().meta({ description: 'Holds the tracking files.' }),
  records: SourceSettings.optional().meta({ description: 'Holds the test-result files.' }),
  test_registry: SourceSettings.optional().meta({ description: 'Holds the registries of test jobs.' }),
  build_data: SourceSettings.optional().meta({ description: 'Holds releases.yml, one place a y-stream.' }),
  on_qa: OnQaSettings.optional().meta({
    description: 'Which bugs wait for verification, and who is reminded (oar_notify_on_qa_bugs).',
  }),
  channels: z
    .strictObject({ release: z.string().min(1).optional(), art: z.string().min(1).optional() })
    .default({})
    .meta({ description: 'Slack channels that flows write to.' }),
});
export type OarSettings = z.output<typeof OarSettings>;
