import { open } from 'node:fs/promises';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { nearest } from '../../src/kit/suggest.ts';

export interface CalendarSource {
  /** Asks its address; undefined where it is a file. */
  http: Http | undefined;
  url: string | undefined;
  file: string | undefined;
  zone: string | undefined;
}

const MOST_BYTES = 5 * 1024 * 1024;

/** Calendars of the settings, and no other: each is an address or a file. */
export class CalendarClient {
  readonly #sources: ReadonlyMap<string, CalendarSource>;

  constructor(sources: ReadonlyMap<string, CalendarSource>) {
    this.#sources = sources;
  }

  names(): string[] {
    return [...this.#sources.keys()];
  }

  /** The zone that the settings give to what names none. */
  zoneOf(name: string): string | undefined {
    return this.#source(name).zone;
  }

  /** The whole document. */
  async text(name: string, signal?: AbortSignal): Promise<string> {
    const { http, url, file } = this.#source(name);
    if (http !== undefined && url !== undefined) {
      const { text, bytes } = await http.get(url, { headers: { accept: 'text/calendar' }, signal });
      if (bytes.length > MOST_BYTES) throw tooLarge(name);
      return text;
    }
    return await readWhole(name, file ?? '');
  }

  #source(name: string): CalendarSource {
    const source = this.#sources.get(name);
    if (source !== undefined) return source;
    const hint = nearest(name, this.names());
    throw new SluiceError('not_found', {
      cause: `calendar: there is no calendar ${JSON.stringify(name)} in the settings.`,
      remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}Calendars: ${this.names().join(', ')}.`,
    });
  }
}

async function readWhole(name: string, file: string): Promise<string> {
  const handle = await open(file).catch((error: unknown) => {
    throw new SluiceError('upstream', {
      cause: `calendar: the file of ${name}, ${file}, cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'}).`,
      remedy: `Put it in its place, or correct modules.calendar.calendars.${name}.file.`,
    });
  });
  try {
    const { size } = await handle.stat();
    if (size > MOST_BYTES) throw tooLarge(name);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function tooLarge(name: string): SluiceError {
  return new SluiceError('upstream', {
    cause: `calendar: ${name} is larger than ${MOST_BYTES} bytes.`,
    remedy: 'Publish a calendar with these events alone.',
  });
}
