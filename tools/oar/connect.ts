import type { Http } from '../../src/kit/http.ts';
import type { Connection } from '../../src/kit/module.ts';
import { errata } from '../errata/module.ts';
import { github } from '../github/module.ts';
import { gitlab } from '../gitlab/module.ts';
import { jenkins } from '../jenkins/module.ts';
import { jira } from '../jira/module.ts';
import { prow } from '../prow/module.ts';
import { releaseController } from '../release-controller/module.ts';
import { registriesFrom } from './images/registries.ts';
import { type OarServices, PLACES, type PlaceName, SOURCES, type SourceName } from './services.ts';
import type { OarSettings } from './settings.ts';
import { GitCache } from './sources/git-cache.ts';
import { sourceFor } from './sources/settings.ts';
import type { Source } from './sources/source.ts';

export function connect(settings: OarSettings, connection: Connection): OarServices {
  const { clock, callLimitMs } = connection.services;
  const cache = new GitCache(() => clock.wall(), callLimitMs);
  const sources: Partial<Record<SourceName, Source>> = {};
  for (const name of SOURCES) {
    const chosen = settings[name];
    if (chosen !== undefined) sources[name] = sourceFor(chosen, () => connection.use(github), cache);
  }
  const tokens: Partial<Record<PlaceName, string | undefined>> = {
    trackers_url: settings.trackers_token,
    artifacts_url: settings.artifacts_token,
  };
  const places: Partial<Record<PlaceName, Http>> = {};
  for (const name of PLACES) {
    const baseUrl = settings[name];
    if (baseUrl === undefined) continue;
    const token = tokens[name];
    places[name] = connection.http({
      baseUrl,
      system: name.replace('_url', ''),
      ...(token === undefined
        ? {}
        : { credentials: async () => ({ authorization: `Bearer ${await connection.secret(token)}` }) }),
    });
  }
  return {
    sources,
    places,
    payloadRepository: settings.payload_repository,
    registries: registriesFrom(settings.registries, connection),
    architectures: settings.architectures,
    signatureKeys: settings.signature_keys,
    signatureUrl: settings.signature_url ?? '',
    releaseController: () => connection.use(releaseController),
    errata: () => connection.use(errata),
    gitlab: () => connection.use(gitlab),
    jenkins: () => connection.use(jenkins),
    prow: () => connection.use(prow),
    github: () => connection.use(github),
    jira: () => connection.use(jira),
    onQa: settings.on_qa,
  };
}
