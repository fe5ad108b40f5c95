import { SluiceError } from '../../src/kit/errors.ts';

export const MERGE_REQUEST_URL =
  /^https?:\/\/[^/?#\s]+\/([^?#\s]+?)\/-\/merge_requests\/([1-9]\d{0,9})(?:[/?#]\S*)?$/;
const PROJECT = /^[\w.-]+(?:\/[\w.-]+)+$/;

export interface MergeRequestAddress {
  /** Path with its groups, e.g. `hybrid-platforms/art/ocp-shipment-data`. */
  project: string;
  iid: number;
}

/**
 * Takes project and number from a merge request's address. Any host is read: build data names the
 * instance by its public name, which need not be the name it is reached under here. No request ever
 * goes to that host; only the two parts are used, against the configured base_url.
 */
export function parseMergeRequestUrl(url: string): MergeRequestAddress {
  const match = MERGE_REQUEST_URL.exec(url);
  const [, project = '', iid = ''] = match ?? [];
  if (!PROJECT.test(project) || project.split('/').some((part) => /^\.+$/.test(part))) {
    throw new SluiceError('invalid_input', {
      cause: `${JSON.stringify(url.slice(0, 200))} is not the address of a merge request.`,
      remedy: 'It looks like https://gitlab.example.com/group/project/-/merge_requests/12.',
    });
  }
  return { project, iid: Number(iid) };
}
