import type { StateBox } from '../statebox.ts';

/**
 * A StateBox has no field for a release that was called off: people say it in an issue or in its
 * resolution, naming the release. Only such a sentence counts; a cancelled job or pipeline does not.
 */
export function calledOff(box: StateBox): string | undefined {
  const name = box.release.replaceAll('.', '\\.');
  const subject = `(?:\\brelease\\s+v?${name}(?![\\w.-]*\\d)|(?<![\\w.-])v?${name}\\s+release\\b|\\b(?:this|the)\\s+release)`;
  const verb = '(?:\\s+(?:will be|is|was|has been|got|is being|is going to be))?';
  // "The pipeline of release X was cancelled" speaks of the pipeline.
  const sentence = new RegExp(
    `(?<!\\b(?:of|for|in|from)\\s+(?:the\\s+)?)${subject}${verb}\\s+(?:cancell?ed|superseded|called off|abandoned)\\b`,
    'i',
  );
  const after = new RegExp(
    `\\b(?:cancell?ed|superseded|abandoned)\\s+release\\s+v?${name}(?![\\w.-]*\\d)`,
    'i',
  );
  for (const { issue, resolution } of box.issues) {
    for (const text of [resolution ?? '', issue]) {
      if (sentence.test(text) || after.test(text)) return text;
    }
  }
  return undefined;
}
