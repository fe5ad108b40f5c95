import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { path } from '../../src/kit/url.ts';
import { ReleaseAnswer, StreamsAnswer, TagAnswer, TagsAnswer } from './schema.ts';
import { streamsOf } from './stream.ts';

export { streamsOf } from './stream.ts';

export interface Tag {
  name: string;
  /** Pending, Ready, Accepted, Rejected or Failed. */
  phase: string;
  pullSpec?: string;
  /** Where its client archives are. */
  downloadUrl?: string;
}

/** Which tags `streams` counts. */
export type StreamState = 'accepted' | 'rejected' | 'all';

export interface Release extends Tag {
  /** The stream that holds the tag. */
  stream: string;
  /** `sha256:…` of the payload. Absent from a short answer, and while the controller has no changelog. */
  digest?: string;
  /** Whether the answer had a changelog at all; a short one has none. */
  changelog: boolean;
  /** The nightly that this release was made from. */
  promotedFrom?: string;
}

/** OpenShift release controller, `/api/v1/releasestream/…`. It knows no credentials. */
export class ReleaseControllerClient {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * One release. The whole answer costs the controller a changelog and may be refused with
   * `rate_limited`; `short` asks for the phase alone. Throws `not_found` when no stream has the tag.
   */
  async getRelease(tag: string, options: { stream?: string; short?: boolean } = {}): Promise<Release> {
    const streams = options.stream === undefined ? streamsOf(tag) : [options.stream];
    let missing: unknown;
    for (const stream of streams) {
      try {
        return await this.#release(stream, tag, options.short ?? false);
      } catch (error) {
        if (!(error instanceof SluiceError) || error.code !== 'not_found') throw error;
        missing ??= error;
      }
    }
    throw missing;
  }

  /** The newest accepted tag of a stream; `prefix` narrows it, e.g. `4.20.`. `not_found` when there is none. */
  async latest(stream: string, prefix?: string): Promise<Tag> {
    const target = path`/api/v1/releasestream/${stream}/latest`;
    return tagOf(await this.#http.getJson(target, TagAnswer, { query: { prefix } }));
  }

  /** Every tag of a stream, newest first. */
  async tags(stream: string): Promise<Tag[]> {
    const answer = await this.#http.getJson(path`/api/v1/releasestream/${stream}/tags`, TagsAnswer);
    return (answer.tags ?? []).map(tagOf);
  }

  /** The tags of every stream, newest first. */
  async streams(state: StreamState): Promise<{ stream: string; tags: string[] }[]> {
    const answer = await this.#http.getJson(path`/api/v1/releasestreams/${state}`, StreamsAnswer);
    return Object.entries(answer).map(([stream, tags]) => ({ stream, tags: tags ?? [] }));
  }

  /** One tag as the stream lists it, with its addresses; undefined when the stream has no such tag. */
  async findTag(stream: string, name: string): Promise<Tag | undefined> {
    return (await this.tags(stream)).find((tag) => tag.name === name);
  }

  async #release(stream: string, tag: string, short: boolean): Promise<Release> {
    const target = path`/api/v1/releasestream/${stream}/release/${tag}`;
    const answer = await this.#http.getJson(target, ReleaseAnswer, {
      query: { format: short ? 'short' : undefined },
    });
    const { digest, promotedFrom } = answer.changeLogJson?.to ?? {};
    return {
      ...tagOf(answer),
      stream,
      changelog: answer.changeLogJson !== undefined,
      // The controller writes an empty digest when it has no previous tag to compare with.
      ...(digest ? { digest } : {}),
      ...(promotedFrom ? { promotedFrom } : {}),
    };
  }
}

function tagOf({
  name,
  phase,
  pullSpec,
  downloadURL,
}: {
  name: string;
  phase: string;
  pullSpec?: string | undefined;
  downloadURL?: string | undefined;
}): Tag {
  return {
    name,
    phase,
    ...(pullSpec ? { pullSpec } : {}),
    ...(downloadURL ? { downloadUrl: downloadURL } : {}),
  };
}
