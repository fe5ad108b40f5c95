import { readText } from './modules.ts';

/** A page with its generated regions made anew: what stands between the markers of each name. */
export function withRegions(path: string, bodies: Readonly<Record<string, string>>): string {
  return Object.entries(bodies).reduce((text, [name, body]) => {
    const begin = `<!-- GENERATED ${name}: npm run docs -->`;
    const end = `<!-- END GENERATED ${name} -->`;
    const from = text.indexOf(begin);
    const to = text.indexOf(end);
    if (from < 0 || to < from) throw new Error(`${path} has no region ${name} between its markers`);
    return `${text.slice(0, from + begin.length)}\n${body}\n${text.slice(to)}`;
  }, readText(path));
}
