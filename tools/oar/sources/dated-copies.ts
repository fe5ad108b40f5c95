/**
 * A folder keeps no history, but copies may stand beside a file: `jobs.2026-05-01.json` is what
 * `jobs.json` was from that day on (UTC). The newest one that is not later than the moment.
 */
export function newestCopy(names: readonly string[], file: string, moment: string): string | undefined {
  const dot = file.lastIndexOf('.');
  const [stem, end] = dot > 0 ? [file.slice(0, dot), file.slice(dot)] : [file, ''];
  const day = new Date(moment).toISOString().slice(0, 10);
  const dated = names.filter((name) => {
    const date = name.slice(stem.length + 1, name.length - end.length);
    return name === `${stem}.${date}${end}` && /^\d{4}-\d{2}-\d{2}$/.test(date) && date <= day;
  });
  return dated.sort().at(-1);
}
