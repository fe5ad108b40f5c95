import { absent, type Effect, type Permit, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import {
  needSource,
  type OarServices,
  parseBuild,
  parseOwnResult,
  testedSince,
  testResultPath,
} from '../oar/client.ts';
import { type ResultRecord, serialise } from './record.ts';

export interface Stored {
  record: ResultRecord;
  text: string;
  version: string;
  /** When its tests began. */
  since: string | undefined;
}

/** The result file of one build, changed by compare-and-swap alone. */
export class RecordStore {
  readonly path: string;
  readonly build: ReturnType<typeof parseBuild>;
  readonly #oar: OarServices;

  constructor(oar: OarServices, build: string, arch: string) {
    this.build = parseBuild(build);
    this.path = testResultPath(build, arch);
    this.#oar = oar;
  }

  get where(): string {
    return needSource(this.#oar, 'records').locate(this.path, this.build.yStream);
  }

  get url(): string | null {
    return needSource(this.#oar, 'records').url(this.path, this.build.yStream);
  }

  async read(): Promise<Stored | undefined> {
    const found = await needSource(this.#oar, 'records').read(this.path, this.build.yStream);
    if (found === undefined) return undefined;
    const file = parseOwnResult(this.where, found.text, this.build.name);
    // Its shape was checked just now; read again because the check keeps neither order nor unknown keys.
    const record: ResultRecord = JSON.parse(found.text);
    return { record, text: found.text, version: found.version, since: testedSince(file) };
  }

  async demand(): Promise<Stored> {
    const stored = await this.read();
    if (stored !== undefined) return stored;
    throw new SluiceError('not_found', {
      cause: `There is no test result of ${this.build.name}: ${this.where} does not exist.`,
      remedy: 'Start its tests with jobs_trigger_for_build.',
    });
  }

  /**
   * A change of the file as an effect. The operation is applied again to what is there at each look, so
   * what others wrote meanwhile stays; it is there when applying it changes nothing.
   */
  change(
    key: string,
    action: string,
    message: string,
    operation: (record: ResultRecord | undefined) => ResultRecord,
    preview: unknown,
  ): Effect {
    return {
      key,
      preview: { system: 'records', action, target: this.where, after: preview },
      find: async () => {
        const stored = await this.read();
        if (stored === undefined) return absent;
        return serialise(operation(stored.record), stored.text) === serialise(stored.record, stored.text)
          ? present({ version: stored.version })
          : absent;
      },
      send: async (permit) => {
        const stored = await this.read();
        return await this.#write(
          serialise(operation(stored?.record), stored?.text),
          message,
          permit,
          stored?.version,
        );
      },
    };
  }

  async #write(text: string, message: string, permit: Permit, version: string | undefined) {
    return await needSource(this.#oar, 'records').write(
      {
        path: this.path,
        text,
        message,
        yStream: this.build.yStream,
        ...(version === undefined ? {} : { version }),
      },
      permit,
    );
  }
}
