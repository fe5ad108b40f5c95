import { SluiceError } from '../../src/kit/errors.ts';
import { parseBuild } from '../oar/client.ts';
import { streamsOf } from '../release-controller/client.ts';
import type { ResultRecord } from './record.ts';
import type { JobsServices } from './services.ts';

/** Streams of other architectures carry it in their name; those of nightlies do so in the tag already. */
function streams(build: string, arch: string): string[] {
  const nightly = parseBuild(build).kind === 'nightly';
  return streamsOf(build).map((stream) => (nightly || arch === 'amd64' ? stream : `${stream}-${arch}`));
}

/** A record of a build without any job yet, from what the release controller says of it. */
export async function emptyRecord(
  services: JobsServices,
  build: string,
  arch: string,
): Promise<ResultRecord> {
  const asked = streams(build, arch);
  for (const stream of asked) {
    const tag = await services.releaseController().findTag(stream, build).catch(noStream);
    if (tag?.pullSpec === undefined) continue;
    const { name, phase, pullSpec, downloadUrl } = tag;
    return {
      result: [],
      build: { name, phase, pullSpec, ...(downloadUrl === undefined ? {} : { downloadURL: downloadUrl }) },
    };
  }
  throw new SluiceError('not_found', {
    cause: `The release controller lists no ${build} with a pull spec in ${asked.join(' or ')}.`,
    remedy: 'A nightly may have been recycled, a release may not be built yet: check the build.',
  });
}

/** The newest accepted release of a y-stream, as pull spec; undefined before there is one. */
export async function currentStable(services: JobsServices, yStream: string): Promise<string | undefined> {
  const stream = `${yStream.split('.')[0] ?? ''}-stable`;
  const tag = await services.releaseController().latest(stream, `${yStream}.`).catch(noStream);
  return tag?.pullSpec;
}

function noStream(error: unknown): undefined {
  if (error instanceof SluiceError && error.code === 'not_found') return undefined;
  throw error;
}
