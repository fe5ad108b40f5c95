import { defineModule } from '../../src/kit/module.ts';
import { connect } from './client.ts';
import { getAttestations } from './get-attestations.ts';
import { getLabels } from './get-labels.ts';
import { getManifest } from './get-manifest.ts';
import { getRepository } from './get-repository.ts';
import { getTag } from './get-tag.ts';
import { getVulnerabilities } from './get-vulnerabilities.ts';
import { listTags } from './list-tags.ts';
import { QuaySettings } from './settings.ts';
import { verifySignature } from './verify-signature.ts';

export const quay = defineModule({
  name: 'quay',
  title: 'Quay and other image registries',
  settings: QuaySettings,
  connect,
  tools: [
    getTag,
    listTags,
    getManifest,
    getRepository,
    getLabels,
    getVulnerabilities,
    verifySignature,
    getAttestations,
  ],
  probe: async (client) => {
    const as = await client.ping();
    return {
      ok: true,
      detail: as === 'account' ? `${client.host} lets us in` : `${client.host} answers; no account is set`,
    };
  },
});
