import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import type { ErrataClient } from '../errata/client.ts';
import type { GitHubClient } from '../github/client.ts';
import type { GitLabClient } from '../gitlab/client.ts';
import type { JenkinsClient } from '../jenkins/client.ts';
import type { JiraClient } from '../jira/client.ts';
import type { ProwClient } from '../prow/client.ts';
import type { ReleaseControllerClient } from '../release-controller/client.ts';
import type { OnQaSettings } from './discovery/notify-settings.ts';
import { see } from './flow-page.ts';
import type { Registries } from './images/registries.ts';
import type { Source } from './sources/source.ts';

export const SOURCES = ['statebox', 'tracking', 'records', 'test_registry', 'build_data'] as const;
export type SourceName = (typeof SOURCES)[number];
export const PLACES = [
  'signature_url',
  'portal_url',
  'trackers_url',
  'artifacts_url',
  'catalog_url',
  'pyxis_url',
  'brew_url',
  'koji_url',
] as const;
export type PlaceName = (typeof PLACES)[number];

/**
 * What the tools of this module work with. The other clients are asked for at first use, so that a
 * set-up without Jenkins, say, still answers what needs no Jenkins.
 */
export interface OarServices {
  sources: Readonly<Partial<Record<SourceName, Source>>>;
  places: Readonly<Partial<Record<PlaceName, Http>>>;
  payloadRepository: string;
  registries: Registries;
  /** Whose payloads have to be signed. */
  architectures: readonly string[];
  /** Folder of the payload signatures, for people to look at. */
  signatureUrl: string;
  /** Paths of armored OpenPGP public keys. */
  signatureKeys: readonly string[];
  releaseController(): ReleaseControllerClient;
  errata(): ErrataClient;
  gitlab(): GitLabClient;
  jenkins(): JenkinsClient;
  prow(): ProwClient;
  github(): GitHubClient;
  jira(): JiraClient;
  /** Bugs that wait for verification; undefined where nobody is reminded. */
  onQa: OnQaSettings | undefined;
}

export function needSource(services: Pick<OarServices, 'sources'>, name: SourceName): Source {
  return services.sources[name] ?? missing(name, 'a source { source: directory|git|github, … }');
}

export function needPlace(services: OarServices, name: PlaceName): Http {
  if (name === 'trackers_url' && services.places.trackers_url === undefined) {
    throw new SluiceError('precondition', {
      cause: 'No tracker source configured.',
      remedy: `Set modules.oar.trackers_url to the service that lists CVE tracker bugs. ${see('tracker-source-missing')}`,
    });
  }
  return services.places[name] ?? missing(name, 'a URL');
}

function missing(name: string, what: string): never {
  throw new SluiceError('precondition', {
    cause: `modules.oar.${name} is not set.`,
    remedy: `Set modules.oar.${name} to ${what} in sluice.yaml.`,
  });
}
