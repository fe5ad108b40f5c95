import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import { parsePullSpec } from '../../quay/client.ts';
import { defineTool } from '../define.ts';
import { see } from '../flow-page.ts';
import { mapBounded } from '../images/bounded.ts';
import { registryOf } from '../images/registries.ts';
import { parseRelease, ReleaseName } from '../release.ts';
import { needPlace, type OarServices } from '../services.ts';
import {
  publishedSignature,
  readKey,
  SIGNATURE_STATES,
  type SignaturePlace,
} from '../signature-published.ts';

const ARCHITECTURES_AT_ONCE = 4;

const Signed = {
  digest: z.string().nullable(),
  state: z.enum(SIGNATURE_STATES),
  verified: z.boolean().nullable().meta({ description: 'Null when no signature keys are configured.' }),
  url: z.string().nullable().meta({ description: 'Where the signature is looked for.' }),
};
const OfArchitecture = z.object({ architecture: z.string(), ...Signed });
type OfArchitecture = z.output<typeof OfArchitecture> & { claimed: string | null };

export const imageSignedCheck = defineTool({
  name: 'oar_image_signed_check',
  title: 'Check the signature of a release payload',
  description: `Is the signature of a release's payload published, for its digest, and for every configured architecture? signed
only when a signed claim names the digest that the release controller (else the registry) has; with signature keys
configured, also only when one of them made it. The worst architecture counts. not_published and no_digest are waits.`,
  effect: 'read',
  input: z.object({ release: ReleaseName }),
  output: z.object({
    release: z.string(),
    ...Signed,
    architectures: z.array(OfArchitecture),
    summary: z.string(),
  }),
  run: async (input, { client, now, signal }) => {
    const { name: release } = parseRelease(input.release);
    const place: SignaturePlace = {
      mirror: needPlace(client, 'signature_url'),
      base: client.signatureUrl,
      keys: await Promise.all(client.signatureKeys.map(readKey)),
      now,
      signal,
    };
    const all = await mapBounded(client.architectures, ARCHITECTURES_AT_ONCE, (architecture) =>
      ofArchitecture(client, release, architecture, place),
    );
    const rank = ({ state }: OfArchitecture) => SIGNATURE_STATES.indexOf(state);
    // The first one stays first among equals: it is the release itself.
    const worst = all.toSorted((a, b) => rank(a) - rank(b))[0];
    const first = all[0];
    if (worst === undefined || first === undefined) throw new Error('no architecture is configured');
    return {
      release,
      digest: first.digest,
      state: worst.state,
      verified: all.some(({ verified }) => verified === false) ? false : worst.verified,
      url: worst.url,
      architectures: all.map(({ claimed: _, ...one }) => one),
      summary: sentence(release, worst, all.length),
    };
  },
});

async function ofArchitecture(
  services: OarServices,
  release: string,
  architecture: string,
  place: SignaturePlace,
): Promise<OfArchitecture> {
  const digest = await digestOf(services, release, architecture, place.signal);
  if (digest === undefined) {
    return { architecture, digest: null, state: 'no_digest', verified: null, url: null, claimed: null };
  }
  const { state, verified, url, claimed } = await publishedSignature(digest, place);
  return { architecture, digest, state, verified, url, claimed };
}

async function digestOf(
  services: OarServices,
  release: string,
  architecture: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  // The release controller that is configured is the one of x86_64.
  if (architecture === 'x86_64') {
    const { digest, changelog } = await services.releaseController().getRelease(release);
    if (changelog) return digest;
    throw new SluiceError('schema_drift', {
      cause: `release_controller: the answer for release/${release} has no changeLogJson, so nothing names the digest of its payload.`,
      remedy: `Look at the release in the release controller and ask its owners. ${see('strange-answer')}`,
    });
  }
  const spec = parsePullSpec(`${services.payloadRepository}:${release}-${architecture}`);
  return await registryOf(services.registries, spec)
    .digestOf(spec, signal)
    .catch((error: unknown) => {
      if (error instanceof SluiceError && error.code === 'not_found') return undefined;
      throw error;
    });
}

function sentence(
  release: string,
  { architecture, digest, state, claimed }: OfArchitecture,
  count: number,
): string {
  const which = architecture === 'x86_64' ? release : `${release} for ${architecture}`;
  if (state === 'signed') {
    return count === 1
      ? `The payload of ${which} (${digest}) is signed.`
      : `The payloads of ${release} are signed for all ${count} architectures.`;
  }
  if (state === 'no_digest') return `There is no digest of ${which} yet.`;
  if (state === 'not_published') return `The signature of ${which} (${digest}) is not published yet.`;
  if (state === 'not_verified') return `The signature of ${which} is by none of the configured keys.`;
  return `The signature published for ${which} (${digest}) is for ${claimed}.`;
}
