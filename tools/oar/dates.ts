const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-Jun-30` or `2026-Feb-3` → midnight UTC of that day, ISO; undefined for anything else. */
export function releaseDay(date: string): string | undefined {
  const [, year = '', month = '', day = ''] = /^(\d{4})-([A-Z][a-z]{2})-(\d{1,2})$/.exec(date) ?? [];
  const index = MONTHS.indexOf(month);
  if (index < 0) return undefined;
  const moment = new Date(Date.UTC(Number(year), index, Number(day)));
  // 2026-Feb-31 would become a day in March.
  if (moment.getUTCMonth() !== index || moment.getUTCDate() !== Number(day)) return undefined;
  return moment.toISOString().replace('.000Z', 'Z');
}
