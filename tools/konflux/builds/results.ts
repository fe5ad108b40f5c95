import { z } from 'zod';
import { oneLine } from '../../../src/kit/text.ts';
import { ANNOTATION } from '../resources/common.ts';
import { type PipelineRun, resultOf } from '../resources/pipeline-run.ts';

export const BuildResults = z.object({
  image: z.string().nullable().meta({ description: 'The repository, without tag or digest.' }),
  image_url: z.string().nullable().meta({ description: 'IMAGE_URL, with the tag as it was pushed.' }),
  digest: z.string().nullable(),
  git_url: z.string().nullable(),
  git_commit: z.string().nullable(),
  signed: z
    .boolean()
    .nullable()
    .meta({ description: 'By Tekton Chains; null: it has not said so (yet), false: it failed to.' }),
});

/** What a build says that it made. */
export function resultsOf(run: PipelineRun): z.input<typeof BuildResults> {
  const result = (name: string) => resultOf(run.status.results, name) ?? null;
  const url = result('IMAGE_URL');
  return {
    image: url === null ? null : repositoryOf(url),
    image_url: url,
    digest: result('IMAGE_DIGEST'),
    git_url: result('CHAINS-GIT_URL'),
    git_commit: result('CHAINS-GIT_COMMIT'),
    signed: signedOf(run),
  };
}

export function signedOf({ metadata }: PipelineRun): boolean | null {
  const said = metadata.annotations[ANNOTATION.signed];
  return said === undefined ? null : said === 'true';
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const SHORT = 300;

export function artifactsOf(run: PipelineRun) {
  const known = resultsOf(run);
  const { image, digest } = known;
  const tag = digest !== null && DIGEST.test(digest) ? digest.replace(':', '-') : null;
  const at = (suffix: string) => `${image}:${tag}.${suffix}`;
  return {
    ...known,
    refs:
      image === null || tag === null
        ? null
        : { signature: at('sig'), attestation: at('att'), sbom: at('sbom') },
    results: Object.fromEntries(
      run.status.results.map(({ name, value }) => [
        name,
        oneLine(typeof value === 'string' ? value : JSON.stringify(value), SHORT),
      ]),
    ),
  };
}

/** A colon after the last slash begins a tag; one before it is a port. */
function repositoryOf(image: string): string {
  const [plain = ''] = image.split('@');
  const slash = plain.lastIndexOf('/');
  const colon = plain.indexOf(':', slash + 1);
  return colon === -1 ? plain : plain.slice(0, colon);
}
